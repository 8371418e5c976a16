internal import Glibc

/// Checks of text fields. protobuf-c checks nothing and cuts text off at a zero byte.
package enum WireText {
    package enum Fault {
        case notUTF8
        case zeroByte
    }

    /// The first fault of the bytes as text, or nil. No allocation.
    package static func fault(in bytes: UnsafeRawBufferPointer) -> Fault? {
        var offset = 0
        let count = bytes.count
        // Eight bytes at a time while they are ASCII and none is zero.
        while count &- offset >= 8 {
            let word = bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            let high: UInt64 = 0x8080_8080_8080_8080
            let zeroes = (word &- 0x0101_0101_0101_0101) & ~word
            if (word | zeroes) & high != 0 { break }
            offset &+= 8
        }
        while offset < count {
            let byte = bytes[offset]
            if byte == 0 { return .zeroByte }
            if byte >= 0x80 { return general(UnsafeRawBufferPointer(rebasing: bytes[offset...])) }
            offset &+= 1
        }
        return nil
    }

    private static func general(_ bytes: UnsafeRawBufferPointer) -> Fault? {
        guard let start = bytes.baseAddress else { return nil }
        if memchr(start, 0, bytes.count) != nil { return .zeroByte }
        let span = Span<UInt8>(_unsafeElements: bytes.bindMemory(to: UInt8.self))
        return (try? UTF8Span(validating: span)) == nil ? .notUTF8 : nil
    }
}
