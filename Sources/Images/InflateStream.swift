internal import CZlib

/// A zlib stream that lies in one or several pieces, inflated bit by bit into the caller's memory.
struct InflateStream: ~Copyable {
    private let stream: UnsafeMutablePointer<z_stream>
    private let pieces: [UnsafeRawBufferPointer]
    private var next = 0
    private var ended = false
    private let format: ImageFormat

    init(_ pieces: [UnsafeRawBufferPointer], _ format: ImageFormat) throws(ImageError) {
        let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        stream.initialize(to: z_stream())
        guard martlet_inflate_init(stream, 15) == Z_OK else {
            stream.deallocate()
            throw ImageError(.tooLarge, "\(format): no memory to inflate it")
        }
        self.stream = stream
        self.pieces = pieces
        self.format = format
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
    }

    /// Makes exactly `count` bytes.
    mutating func fill(_ room: UnsafeMutablePointer<UInt8>, _ count: Int) throws(ImageError) {
        stream.pointee.next_out = room
        stream.pointee.avail_out = UInt32(clamping: count)
        guard Int(stream.pointee.avail_out) == count else { throw ImageError(.tooLarge, "\(format): a row of \(count) bytes") }
        while stream.pointee.avail_out > 0 {
            guard !ended else { throw ImageError(.truncated, "\(format): the compressed data ends early") }
            if stream.pointee.avail_in == 0 {
                guard next < pieces.count else { throw ImageError(.truncated, "\(format): the compressed data ends early") }
                stream.pointee.next_in = UnsafeMutablePointer(mutating: pieces[next].baseAddress?.assumingMemoryBound(to: UInt8.self))
                stream.pointee.avail_in = UInt32(clamping: pieces[next].count)
                next += 1
                continue
            }
            switch CZlib.inflate(stream, Z_NO_FLUSH) {
            case Z_OK: break
            case Z_STREAM_END: ended = true
            default: throw ImageError(.malformed, "\(format): corrupt compressed data")
            }
        }
    }

    /// The check sum of PNG's chunks, over `bytes`.
    static func checksum(_ bytes: UnsafeRawBufferPointer) -> Int {
        Int(crc32_z(0, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), bytes.count))
    }
}
