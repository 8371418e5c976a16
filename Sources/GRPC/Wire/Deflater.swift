internal import CZlib
internal import NIOCore

/// Compresses messages with gzip or zlib, one at a time.
struct Deflater: ~Copyable {
    private let stream: UnsafeMutablePointer<z_stream>

    /// Nil when zlib has no memory for it.
    init?(_ coding: Coding) {
        let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        stream.initialize(to: z_stream())
        guard martlet_deflate_init(stream, 5, coding == .gzip ? 31 : 15) == Z_OK else {
            stream.deallocate()
            return nil
        }
        self.stream = stream
    }

    deinit {
        deflateEnd(stream)
        stream.deallocate()
    }

    /// Appends the compressed form of `pieces`, taken together, to `output`.
    func deflate(_ pieces: ReplyBody, into output: inout ByteBuffer) {
        deflateReset(stream)
        pieces.forEach { piece in
            piece.withUnsafeReadableBytes { run($0, Z_NO_FLUSH, into: &output) }
        }
        run(UnsafeRawBufferPointer(start: nil, count: 0), Z_FINISH, into: &output)
    }

    private func run(_ bytes: UnsafeRawBufferPointer, _ flush: Int32, into output: inout ByteBuffer) {
        stream.pointee.next_in = UnsafeMutablePointer(mutating: bytes.baseAddress?.assumingMemoryBound(to: UInt8.self))
        stream.pointee.avail_in = UInt32(clamping: bytes.count)
        repeat {
            output.writeWithUnsafeMutableBytes(minimumWritableBytes: 4096) { room in
                stream.pointee.next_out = room.baseAddress!.assumingMemoryBound(to: UInt8.self)
                stream.pointee.avail_out = UInt32(clamping: room.count)
                let before = Int(stream.pointee.avail_out)
                _ = CZlib.deflate(stream, flush)
                return before - Int(stream.pointee.avail_out)
            }
        } while stream.pointee.avail_out == 0
    }
}
