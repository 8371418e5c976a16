internal import CZlib

/// Undoes gzip or zlib compression, one message at a time, and never makes more than it was allowed.
struct Inflater: ~Copyable {
    private let stream: UnsafeMutablePointer<z_stream>

    /// Nil when zlib has no memory for it.
    init?(_ coding: Coding) {
        let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        stream.initialize(to: z_stream())
        guard martlet_inflate_init(stream, coding == .gzip ? 31 : 15) == Z_OK else {
            stream.deallocate()
            return nil
        }
        self.stream = stream
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
    }

    /// The message that `bytes` hold, at most `limit` bytes long.
    func inflate(_ bytes: UnsafeRawBufferPointer, limit: Int, pool: BufferPool) throws(Status) -> MessageBuffer {
        inflateReset(stream)
        stream.pointee.next_in = UnsafeMutablePointer(mutating: bytes.baseAddress?.assumingMemoryBound(to: UInt8.self))
        stream.pointee.avail_in = UInt32(clamping: bytes.count)
        guard var room = pool.take(min(limit, max(4096, bytes.count &* 4))) else { throw Inflater.noMemory }
        while true {
            let space = min(room.capacity, limit) &- room.count
            stream.pointee.next_out = (room.base + room.count).assumingMemoryBound(to: UInt8.self)
            stream.pointee.avail_out = UInt32(clamping: space)
            let result = CZlib.inflate(stream, Z_NO_FLUSH)
            room.count &+= space &- Int(stream.pointee.avail_out)
            if result == Z_STREAM_END {
                guard stream.pointee.avail_in == 0 else { throw Status(.internal, "bytes after the compressed message") }
                return room
            }
            guard result == Z_OK || result == Z_BUF_ERROR else { throw Status(.internal, "corrupt compressed message") }
            if stream.pointee.avail_out > 0 { throw Status(.internal, "compressed message ends too early") }
            if room.count >= limit {
                // The last bytes may have filled the room exactly: only one more tells.
                var extra: UInt8 = 0
                let ended = withUnsafeMutablePointer(to: &extra) { extra in
                    stream.pointee.next_out = extra
                    stream.pointee.avail_out = 1
                    return CZlib.inflate(stream, Z_NO_FLUSH) == Z_STREAM_END && stream.pointee.avail_out == 1
                }
                if ended, stream.pointee.avail_in == 0 { return room }
                throw Status(.resourceExhausted, "Decompressed message larger than max (\(limit))")
            }
            guard let larger = pool.take(min(limit, room.capacity &* 2)) else { throw Inflater.noMemory }
            if room.count > 0 { larger.append(room.bytes) }
            pool.give(room)
            room = larger
        }
    }

    private static var noMemory: Status { Status(.resourceExhausted, "no memory left for messages") }
}
