/// The memory behind one or more tensors: 64-byte aligned bytes that it owns, bytes that someone else owns, or strings.
///
/// Not synchronised: a storage is written by the one run or decoder that made it, and only read once its tensor has been
/// handed on. That hand-over is what `@unchecked Sendable` rests on.
public final class TensorStorage: @unchecked Sendable {
    /// First byte; aligned to 64 when owned. Never nil, even for zero bytes.
    public let base: UnsafeMutableRawPointer
    public let byteCount: Int

    /// The elements of a string tensor, in row-major order; empty for every other type.
    public internal(set) var strings: [ByteString]

    private let owner: AnyObject?
    private let isOwned: Bool

    /// Kernels may read up to this many bytes past the end of owned memory.
    public static let readSlackBytes = 64

    /// Uninitialised memory of its own.
    public init(byteCount: Int) {
        self.base = .allocate(byteCount: byteCount + Self.readSlackBytes, alignment: 64)
        self.byteCount = byteCount
        self.strings = []
        self.owner = nil
        self.isOwned = true
    }

    /// A view of memory that stays valid and unchanged while `owner` lives.
    public init(borrowing base: UnsafeMutableRawPointer, byteCount: Int, owner: AnyObject?) {
        self.base = base
        self.byteCount = byteCount
        self.strings = []
        self.owner = owner
        self.isOwned = false
    }

    public init(strings: [ByteString]) {
        self.base = .allocate(byteCount: Self.readSlackBytes, alignment: 64)
        self.byteCount = 0
        self.strings = strings
        self.owner = nil
        self.isOwned = true
    }

    deinit {
        if isOwned { base.deallocate() }
    }
}
