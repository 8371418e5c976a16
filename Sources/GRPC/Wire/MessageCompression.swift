package import NIOCore
internal import HTTP2

/// Whole messages compressed and expanded, one at a time: for clients that make their messages ahead of time.
package enum MessageCompression {
    /// The compressed form of a message.
    package static func deflate(_ message: ByteBuffer, _ coding: Coding) -> ByteBuffer {
        guard coding != .identity, let deflater = Deflater(coding) else { return message }
        var output = ByteBuffer()
        deflater.deflate(ReplyBody(message), into: &output)
        return output
    }

    /// Any bytes in zlib's format.
    package static func zlib(_ bytes: ByteBuffer) -> ByteBuffer { deflate(bytes, .deflate) }

    /// The message that compressed bytes hold; nil when they hold none, or one above `limit` bytes.
    package static func inflate(_ bytes: UnsafeRawBufferPointer, _ coding: Coding, limit: Int = 256 << 20) -> [UInt8]? {
        guard coding != .identity, let inflater = Inflater(coding) else { return nil }
        let pool = BufferPool(budget: MemoryBudget(limit: limit * 4), maxPooledBytes: 0)
        guard let message = try? inflater.inflate(bytes, limit: limit, pool: pool) else { return nil }
        return Array(message.bytes)
    }
}
