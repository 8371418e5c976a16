internal import NIOCore

/// The bytes that one flush of a connection will send: small pieces are gathered in one buffer, large ones go as they are.
final class OutputBatch {
    private var gathered = ByteBuffer()
    /// Where the part of `gathered` begins that `ready` does not hold yet.
    private var readyEnd = 0
    private var ready: [ByteBuffer] = []
    private(set) var byteCount = 0

    /// Payload pieces from this size on are not copied.
    private static let gatherLimit = 8 << 10
    private static let keepCapacity = 256 << 10

    func append(_ bytes: UnsafeRawBufferPointer) {
        gathered.writeBytes(bytes)
        byteCount &+= bytes.count
    }

    func append(_ word: UInt64, byteCount count: Int) {
        var word = word.bigEndian
        withUnsafeBytes(of: &word) { append(UnsafeRawBufferPointer(rebasing: $0[(8 &- count)...])) }
    }

    /// `piece` is whole: its readable bytes are what is sent.
    func append(_ piece: ByteBuffer) {
        if piece.readableBytes < Self.gatherLimit {
            piece.withUnsafeReadableBytes { append($0) }
            return
        }
        closeGathered()
        ready.append(piece)
        byteCount &+= piece.readableBytes
    }

    /// Hands the pieces over in order, and is empty then.
    func drain(_ write: (ByteBuffer) -> Void) {
        if ready.isEmpty {
            if gathered.readableBytes > 0 { write(gathered) }
        } else {
            closeGathered()
            for piece in ready { write(piece) }
            ready.removeAll(keepingCapacity: true)
        }
        readyEnd = 0
        byteCount = 0
    }

    /// After the flush: takes the memory back if the socket has taken the bytes, else lets it go.
    func recycle() {
        if gathered.capacity > Self.keepCapacity {
            gathered = ByteBuffer()
        } else {
            gathered.clear(minimumCapacity: 0)
        }
    }

    private func closeGathered() {
        let count = gathered.writerIndex &- readyEnd
        guard count > 0, let part = gathered.getSlice(at: readyEnd, length: count) else { return }
        ready.append(part)
        readyEnd = gathered.writerIndex
    }
}
