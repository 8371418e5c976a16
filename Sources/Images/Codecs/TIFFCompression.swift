/// How the strips and tiles of a TIFF file are packed.
enum TIFFCompression: Int {
    case none = 1
    case lzw = 5
    case deflate = 8
    case packBits = 32773

    /// Fills `room` from `from` on with exactly `count` bytes.
    func unpack(_ packed: UnsafeRawBufferPointer, _ room: inout [UInt8], from: Int, count: Int) throws(ImageError) {
        guard from >= 0, count >= 0, from <= room.count, count <= room.count - from else { throw Self.endsEarly }
        let made: Result<Void, ImageError> = room.withUnsafeMutableBufferPointer { room in
            guard let base = room.baseAddress else { return .success(()) }
            return Result { () throws(ImageError) in
                switch self {
                case .none:
                    guard packed.count >= count, let source = packed.baseAddress else { throw Self.endsEarly }
                    (base + from).update(from: source.assumingMemoryBound(to: UInt8.self), count: count)
                case .deflate:
                    var stream = try InflateStream([packed], .tiff)
                    try stream.fill(base + from, count)
                case .packBits: try Self.unpackBits(packed, base + from, count)
                case .lzw: try Self.unpackLZW(packed, base + from, count)
                }
            }
        }
        try made.get()
    }

    private static var endsEarly: ImageError { ImageError(.truncated, "TIFF: a strip or tile ends early") }

    private static func unpackBits(_ packed: UnsafeRawBufferPointer, _ room: UnsafeMutablePointer<UInt8>, _ count: Int) throws(ImageError) {
        var (at, made) = (0, 0)
        while made < count {
            guard at < packed.count else { throw endsEarly }
            let head = Int(Int8(bitPattern: packed[at]))
            at += 1
            if head >= 0 {
                guard packed.count - at > head else { throw endsEarly }
                for step in 0...head where made + step < count { room[made + step] = packed[at + step] }
                made += head + 1
                at += head + 1
            } else if head != -128 {
                guard at < packed.count else { throw endsEarly }
                for step in 0...(-head) where made + step < count { room[made + step] = packed[at] }
                made += 1 - head
                at += 1
            }
        }
    }

    /// Codes of 9 to 12 bits, highest bit first; 256 empties the table, 257 ends. A code stands for bytes made before: where they
    /// begin, and how many.
    private static func unpackLZW(_ packed: UnsafeRawBufferPointer, _ room: UnsafeMutablePointer<UInt8>, _ count: Int) throws(ImageError) {
        var starts = [Int](repeating: 0, count: 4096)
        var lengths = [Int](repeating: 0, count: 4096)
        var free = 258
        var width = 9
        var (bits, held, at, made) = (0, 0, 0, 0)
        var previous: (start: Int, length: Int)?
        while made < count {
            while held < width {
                guard at < packed.count else { throw endsEarly }
                bits = (bits << 8 | Int(packed[at])) & 0xFF_FFFF
                held += 8
                at += 1
            }
            let code = bits >> (held - width) & ((1 << width) - 1)
            held -= width
            if code == 256 {
                (free, width, previous) = (258, 9, nil)
                continue
            }
            if code == 257 { throw endsEarly }
            let start = made
            if code < 256 {
                room[made] = UInt8(code)
                made += 1
            } else {
                guard let previous, code <= free else { throw ImageError(.malformed, "TIFF: a code that means nothing yet") }
                // The newest code is the previous bytes and their first one again.
                let (source, length) = code < free ? (starts[code], lengths[code]) : (previous.start, previous.length + 1)
                for step in 0..<min(length, count - made) { room[made + step] = room[source + step] }
                made = min(count, made + length)
            }
            if let previous, free < 4096 {
                starts[free] = previous.start
                lengths[free] = previous.length + 1
                free += 1
            }
            if free >= (1 << width) - 1, width < 12 { width += 1 }
            previous = (start, made - start)
        }
    }
}
