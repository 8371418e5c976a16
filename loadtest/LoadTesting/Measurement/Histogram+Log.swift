internal import GRPC
internal import NIOCore

extension Histogram {
    /// The histogram in HdrHistogram's compressed V2 form, base64: what its log files hold and its tools read.
    ///
    /// Source of the format: HdrHistogram's histogram exchange format, version 2.
    public func encoded() -> String {
        var payload = ByteBuffer()
        // Runs of empty slots as negative numbers, counts as positive ones, zig-zag and in groups of seven bits.
        var zeros: Int64 = 0
        let end = (counts.lastIndex { $0 > 0 } ?? -1) + 1
        for index in 0..<end {
            guard counts[index] > 0 else {
                zeros += 1
                continue
            }
            if zeros > 0 {
                Self.append(-zeros, to: &payload)
                zeros = 0
            }
            Self.append(Int64(counts[index]), to: &payload)
        }
        var plain = ByteBuffer()
        plain.writeInteger(UInt32(0x1c84_9303 | 0x10))
        plain.writeInteger(UInt32(payload.readableBytes))
        plain.writeInteger(UInt32(0))
        plain.writeInteger(UInt32(digits))
        plain.writeInteger(UInt64(1))
        plain.writeInteger(Self.largest)
        plain.writeInteger(Double(1).bitPattern)
        plain.writeBuffer(&payload)
        let compressed = MessageCompression.zlib(plain)
        var whole = ByteBuffer()
        whole.writeInteger(UInt32(0x1c84_9304 | 0x10))
        whole.writeInteger(UInt32(compressed.readableBytes))
        whole.writeImmutableBuffer(compressed)
        return Base64Text.encode(Array(whole.readableBytesView))
    }

    private static func append(_ value: Int64, to buffer: inout ByteBuffer) {
        var rest = UInt64(bitPattern: (value << 1) ^ (value >> 63))
        // The ninth byte, if it comes to that, holds eight bits.
        for _ in 0..<8 {
            if rest < 0x80 { break }
            buffer.writeInteger(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        buffer.writeInteger(UInt8(truncatingIfNeeded: rest))
    }
}
