/// The bytes of one message, in one piece.
///
/// May be kept for as long as anything views the bytes, on any thread. Written by the event loop that receives the message,
/// and never after it was handed on: that is what `@unchecked Sendable` rests on.
public final class MessageBuffer: @unchecked Sendable {
    /// The first byte. Readable for `capacity` bytes, of which `count` belong to the message.
    public private(set) var base: UnsafeMutableRawPointer
    public internal(set) var count: Int = 0
    let capacity: Int
    private let budget: MemoryBudget?
    /// Whose share of the budget this takes; nil for a small buffer, and for one that waits to be used again.
    private var share: MessageShare?

    /// Bytes past the end of every message that may be read, though they say nothing.
    public static let readSlackBytes = 64

    init(capacity: Int, budget: MemoryBudget?) {
        self.capacity = capacity
        self.budget = budget
        base = .allocate(byteCount: capacity + Self.readSlackBytes, alignment: 64)
    }

    /// A message with the given bytes.
    public convenience init(copying bytes: UnsafeRawBufferPointer) {
        self.init(capacity: max(1, bytes.count), budget: nil)
        if let start = bytes.baseAddress { base.copyMemory(from: start, byteCount: bytes.count) }
        count = bytes.count
    }

    deinit {
        base.deallocate()
        budget?.release(capacity)
        settle()
    }

    /// Counts against a share from now on; what it takes is reserved already.
    func charge(to share: MessageShare) { self.share = share }

    /// Gives back what it takes of a share.
    func settle() {
        share?.release(capacity)
        share = nil
    }

    public var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: count) }

    func append(_ bytes: UnsafeRawBufferPointer) {
        (base + count).copyMemory(from: bytes.baseAddress!, byteCount: bytes.count)
        count &+= bytes.count
    }
}
