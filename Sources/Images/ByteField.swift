/// A file's bytes, in which no place is taken for granted.
struct ByteField {
    let bytes: UnsafeRawBufferPointer
    let format: ImageFormat
    var isBigEndian = true

    init(_ bytes: UnsafeRawBufferPointer, _ format: ImageFormat) {
        self.bytes = bytes
        self.format = format
    }

    var count: Int { bytes.count }

    var truncated: ImageError { ImageError(.truncated, "\(format): the file ends early, after \(bytes.count) bytes") }
    func malformed(_ what: String) -> ImageError { ImageError(.malformed, "\(format): \(what)") }
    func unsupported(_ what: String) -> ImageError { ImageError(.unsupported, "\(format): \(what)") }

    func byte(_ at: Int) throws(ImageError) -> Int {
        guard at >= 0, at < bytes.count else { throw truncated }
        return Int(bytes[at])
    }

    /// Two bytes, unsigned.
    func short(_ at: Int) throws(ImageError) -> Int {
        guard at >= 0, at <= bytes.count - 2 else { throw truncated }
        let value = bytes.loadUnaligned(fromByteOffset: at, as: UInt16.self)
        return Int(isBigEndian ? UInt16(bigEndian: value) : UInt16(littleEndian: value))
    }

    /// Four bytes, unsigned.
    func long(_ at: Int) throws(ImageError) -> Int {
        guard at >= 0, at <= bytes.count - 4 else { throw truncated }
        let value = bytes.loadUnaligned(fromByteOffset: at, as: UInt32.self)
        return Int(isBigEndian ? UInt32(bigEndian: value) : UInt32(littleEndian: value))
    }

    /// `count` bytes from `at` on.
    func part(_ at: Int, _ count: Int) throws(ImageError) -> UnsafeRawBufferPointer {
        guard at >= 0, count >= 0, at <= bytes.count, count <= bytes.count - at else { throw truncated }
        return UnsafeRawBufferPointer(rebasing: bytes[at..<(at + count)])
    }
}
