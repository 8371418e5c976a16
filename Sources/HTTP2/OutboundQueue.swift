internal import Glibc
internal import NIOCore

/// The body bytes of a stream that wait for the peer's window, in order.
///
/// What little most replies have is copied, which costs less than holding it; the memory is kept for the next stream.
struct OutboundQueue: ~Copyable {
    private enum Piece {
        /// Up to eight bytes, the first one in the most significant place that counts.
        case word(UInt64, count: Int)
        case buffer(ByteBuffer)
    }

    /// The first bytes, while nothing but small pieces has come.
    private var small: UnsafeMutableRawPointer?
    private var smallStart = 0
    private var smallEnd = 0
    private static let smallCapacity = 512
    private var pieces = CircularBuffer<Piece>(initialCapacity: 0)
    private(set) var byteCount = 0

    deinit { small?.deallocate() }

    mutating func append(_ buffer: ByteBuffer) {
        let count = buffer.readableBytes
        if pieces.isEmpty, count <= Self.smallCapacity &- smallEnd {
            let room = place(count)
            buffer.withUnsafeReadableBytes { bytes in
                if let start = bytes.baseAddress { memcpy(room, start, count) }
            }
            return
        }
        byteCount &+= count
        pieces.append(.buffer(buffer))
    }

    mutating func append(_ word: UInt64, byteCount count: Int) {
        if pieces.isEmpty, count <= Self.smallCapacity &- smallEnd {
            var bytes = (word << UInt64(64 &- 8 &* count)).bigEndian
            memcpy(place(count), &bytes, count)
            return
        }
        byteCount &+= count
        pieces.append(.word(word, count: count))
    }

    /// Room for `count` more of the first bytes.
    @inline(__always)
    private mutating func place(_ count: Int) -> UnsafeMutableRawPointer {
        let base: UnsafeMutableRawPointer
        if let small {
            base = small
        } else {
            base = .allocate(byteCount: Self.smallCapacity, alignment: 16)
            small = base
        }
        let room = base + smallEnd
        smallEnd &+= count
        byteCount &+= count
        return room
    }

    /// Moves the first `count` bytes to `output`; there must be as many.
    mutating func move(_ count: Int, to output: OutputBatch) {
        var left = count
        byteCount &-= count
        if smallEnd > smallStart, let small {
            let taken = min(left, smallEnd &- smallStart)
            output.append(UnsafeRawBufferPointer(start: small + smallStart, count: taken))
            smallStart &+= taken
            left &-= taken
            if smallStart == smallEnd {
                smallStart = 0
                smallEnd = 0
            }
        }
        while left > 0 {
            switch pieces.removeFirst() {
            case .word(let word, let length):
                let taken = min(left, length)
                output.append(word >> UInt64(8 &* (length &- taken)), byteCount: taken)
                if taken < length { pieces.prepend(.word(word, count: length &- taken)) }
                left &-= taken
            case .buffer(var buffer):
                let taken = min(left, buffer.readableBytes)
                if taken == buffer.readableBytes {
                    output.append(buffer)
                } else {
                    output.append(buffer.readSlice(length: taken)!)
                    pieces.prepend(.buffer(buffer))
                }
                left &-= taken
            }
        }
    }

    mutating func removeAll() {
        if !pieces.isEmpty { pieces.removeAll(keepingCapacity: true) }
        smallStart = 0
        smallEnd = 0
        byteCount = 0
    }
}
