internal import NIOCore

/// The bytes that one flush of a connection will send: small pieces are gathered, large ones go as they are.
final class OutputBatch {
    /// Where small pieces are gathered. Written without the checks of a buffer that others may hold.
    private let scratch: UnsafeMutableRawPointer
    private var used = 0
    /// What the gathered bytes leave in, time after time.
    private var parcel = ByteBuffer()
    /// What comes before the gathered bytes.
    private var ready: [ByteBuffer] = []
    private var readyBytes = 0

    private static let scratchBytes = 64 << 10
    /// Payload pieces from this size on are not copied.
    private static let gatherLimit = 8 << 10

    init() { scratch = .allocate(byteCount: Self.scratchBytes, alignment: 64) }

    deinit { scratch.deallocate() }

    var byteCount: Int { readyBytes &+ used }

    @inline(__always)
    func append(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count <= Self.scratchBytes &- used else { return appendMuch(bytes) }
        guard let start = bytes.baseAddress else { return }
        (scratch + used).copyMemory(from: start, byteCount: bytes.count)
        used &+= bytes.count
    }

    @inline(__always)
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
        add(piece)
    }

    /// Hands the pieces over in order, and is empty then.
    func drain(_ write: (ByteBuffer) -> Void) {
        if ready.isEmpty {
            guard used > 0 else { return }
            parcel.clear()
            parcel.writeBytes(UnsafeRawBufferPointer(start: scratch, count: used))
            used = 0
            write(parcel)
            return
        }
        closeGathered()
        for piece in ready { write(piece) }
        ready.removeAll(keepingCapacity: true)
        readyBytes = 0
    }

    private func appendMuch(_ bytes: UnsafeRawBufferPointer) {
        closeGathered()
        if bytes.count <= Self.scratchBytes { return append(bytes) }
        add(ByteBuffer(bytes: bytes))
    }

    private func closeGathered() {
        guard used > 0 else { return }
        add(ByteBuffer(bytes: UnsafeRawBufferPointer(start: scratch, count: used)))
        used = 0
    }

    private func add(_ piece: ByteBuffer) {
        readyBytes &+= piece.readableBytes
        ready.append(piece)
    }
}
