internal import NIOCore

/// The body bytes of a stream that wait for the peer's window, in order.
struct OutboundQueue {
    private enum Piece {
        /// Up to eight bytes, the first one in the most significant place that counts.
        case word(UInt64, count: Int)
        case buffer(ByteBuffer)
    }

    private var pieces = CircularBuffer<Piece>()
    private(set) var byteCount = 0

    mutating func append(_ buffer: ByteBuffer) {
        byteCount &+= buffer.readableBytes
        pieces.append(.buffer(buffer))
    }

    mutating func append(_ word: UInt64, byteCount count: Int) {
        byteCount &+= count
        pieces.append(.word(word, count: count))
    }

    /// Moves the first `count` bytes to `output`; there must be as many.
    mutating func move(_ count: Int, to output: OutputBatch) {
        var left = count
        byteCount &-= count
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
        byteCount = 0
    }
}
