internal import NIOCore

/// The compressors and decompressors of one event loop, made when they are first needed. Confined to it.
final class Compressors {
    private var gzipInflater: Inflater?
    private var zlibInflater: Inflater?
    private var gzipDeflater: Deflater?
    private var zlibDeflater: Deflater?

    func inflate(
        _ message: MessageBuffer, _ coding: Coding, limit: Int, pool: BufferPool, share: MessageShare? = nil
    ) throws(Status) -> MessageBuffer {
        switch coding {
        case .gzip:
            if gzipInflater == nil { gzipInflater = Inflater(.gzip) }
            if let result = try gzipInflater?.inflate(message.bytes, limit: limit, pool: pool, share: share) { return result }
        case .deflate, .identity:
            if zlibInflater == nil { zlibInflater = Inflater(.deflate) }
            if let result = try zlibInflater?.inflate(message.bytes, limit: limit, pool: pool, share: share) { return result }
        }
        throw Status(.internal, "decompression is not available")
    }

    /// Nil when the message should go as it is.
    func deflate(_ body: ReplyBody, _ coding: Coding) -> ByteBuffer? {
        var output = ByteBuffer()
        switch coding {
        case .gzip:
            if gzipDeflater == nil { gzipDeflater = Deflater(.gzip) }
            guard gzipDeflater != nil else { return nil }
            gzipDeflater!.deflate(body, into: &output)
        case .deflate, .identity:
            if zlibDeflater == nil { zlibDeflater = Deflater(.deflate) }
            guard zlibDeflater != nil else { return nil }
            zlibDeflater!.deflate(body, into: &output)
        }
        return output
    }
}
