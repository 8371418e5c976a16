internal import CZlib

/// Undoes gzip or zlib compression, one message at a time, and never makes more than it was allowed.
///
/// A message gets its memory once its size is certain: gzip tells it in its last four bytes, and large zlib messages are run
/// through once to count them.
struct Inflater: ~Copyable {
    private let stream: UnsafeMutablePointer<z_stream>
    private let coding: Coding
    /// Where bytes go that are only counted, and the first bytes of every zlib message.
    private let scratch: UnsafeMutableRawPointer
    private static let scratchBytes = 64 << 10
    /// Deflate cannot pack more than 1032 bytes into one.
    private static let greatestRatio = 1032

    private enum Step { case ended, full, starved }

    /// Nil when zlib has no memory for it.
    init?(_ coding: Coding) {
        let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        stream.initialize(to: z_stream())
        guard martlet_inflate_init(stream, coding == .gzip ? 31 : 15) == Z_OK else {
            stream.deallocate()
            return nil
        }
        self.stream = stream
        self.coding = coding
        scratch = .allocate(byteCount: Self.scratchBytes, alignment: 64)
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
        scratch.deallocate()
    }

    /// The message that `bytes` hold, at most `limit` bytes long.
    func inflate(
        _ bytes: UnsafeRawBufferPointer, limit: Int, pool: BufferPool, share: MessageShare? = nil
    ) throws(Status) -> MessageBuffer {
        coding == .gzip ? try inflateGzip(bytes, limit, pool, share) : try inflateZlib(bytes, limit, pool, share)
    }

    private func inflateGzip(
        _ bytes: UnsafeRawBufferPointer, _ limit: Int, _ pool: BufferPool, _ share: MessageShare?
    ) throws(Status) -> MessageBuffer {
        // Ten bytes of header, two of an empty body, eight of trailer.
        guard bytes.count >= 20 else { throw Inflater.corrupt }
        let size = Int(UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: bytes.count - 4, as: UInt32.self)))
        guard size / Self.greatestRatio <= bytes.count else { throw Inflater.corrupt }
        guard size <= limit else { throw Inflater.tooLarge(limit) }
        return try inflate(bytes, exactly: size, pool, share)
    }

    private func inflateZlib(
        _ bytes: UnsafeRawBufferPointer, _ limit: Int, _ pool: BufferPool, _ share: MessageShare?
    ) throws(Status) -> MessageBuffer {
        begin(bytes)
        var size = 0
        while true {
            var made = 0
            let step = try run(into: scratch, Self.scratchBytes, made: &made)
            size &+= made
            guard size <= limit else { throw Inflater.tooLarge(limit) }
            switch step {
            case .full: continue
            case .starved: throw Inflater.endsEarly
            case .ended: break
            }
            try checkEnd()
            guard size == made else { return try inflate(bytes, exactly: size, pool, share) }
            let room = try pool.take(size, for: share)
            if size > 0 { room.append(UnsafeRawBufferPointer(start: scratch, count: size)) }
            return room
        }
    }

    /// `size` is what the message must come to; it is corrupt otherwise.
    private func inflate(
        _ bytes: UnsafeRawBufferPointer, exactly size: Int, _ pool: BufferPool, _ share: MessageShare?
    ) throws(Status) -> MessageBuffer {
        begin(bytes)
        let room = try pool.take(size, for: share)
        var made = 0
        // zlib wants somewhere to write even when nothing is to come.
        var step = size > 0 ? try run(into: room.base, size, made: &made) : .full
        room.count = made
        if step == .full {
            // All of it is there, but for the check that follows it, which makes no more bytes.
            var more = 0
            step = try run(into: scratch, 1, made: &more)
            guard more == 0 else { throw Inflater.corrupt }
        }
        guard step == .ended else { throw Inflater.endsEarly }
        guard made == size else { throw Inflater.corrupt }
        try checkEnd()
        return room
    }

    private func begin(_ bytes: UnsafeRawBufferPointer) {
        inflateReset(stream)
        stream.pointee.next_in = UnsafeMutablePointer(mutating: bytes.baseAddress?.assumingMemoryBound(to: UInt8.self))
        stream.pointee.avail_in = UInt32(clamping: bytes.count)
    }

    private func run(into room: UnsafeMutableRawPointer, _ count: Int, made: inout Int) throws(Status) -> Step {
        stream.pointee.next_out = room.assumingMemoryBound(to: UInt8.self)
        stream.pointee.avail_out = UInt32(clamping: count)
        let result = CZlib.inflate(stream, Z_NO_FLUSH)
        made = count &- Int(stream.pointee.avail_out)
        if result == Z_STREAM_END { return .ended }
        guard result == Z_OK || result == Z_BUF_ERROR else { throw Inflater.corrupt }
        return stream.pointee.avail_out == 0 ? .full : .starved
    }

    private func checkEnd() throws(Status) {
        guard stream.pointee.avail_in == 0 else { throw Status(.internal, "bytes after the compressed message") }
    }

    private static var corrupt: Status { Status(.internal, "corrupt compressed message") }
    private static var endsEarly: Status { Status(.internal, "compressed message ends too early") }
    private static func tooLarge(_ limit: Int) -> Status {
        Status(.resourceExhausted, "Decompressed message larger than max (\(limit))")
    }
}
