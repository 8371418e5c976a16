internal import Glibc

/// Memory for the three large blocks that nghttp2 makes for every session, laid out so that a connection that is idle costs
/// one page of it: the session, then the buffer of the frame that is sent, of which a quiet connection uses the first bytes
/// only, and on a page of its own the table of streams, which stays untouched while there are none.
///
/// Which block is which is told by the order and sizes that nghttp2 asks for; what does not fit them is allocated as
/// everything else. Confined to its event loop.
struct SessionSlots {
    /// Precedes the session and the frame buffer, as it does every block.
    static let sessionClass = -2
    static let frameClass = -3

    static let sessionSizes = 2049...sessionCapacity
    static let frameSizes = 16_385...frameCapacity
    static let tableBytes = pageBytes
    static let sessionCapacity = 3200
    static let frameCapacity = 16_416

    private static let pageBytes = 4096
    private static let headBytes = 16
    private static let frameOffset = headBytes + sessionCapacity + headBytes
    private static let tableOffset = 5 * pageBytes
    private static let slotBytes = 6 * pageBytes
    private static let slotsPerSlab = 64

    private var slabs: ContiguousArray<UnsafeMutableRawPointer> = []
    private var free: ContiguousArray<UnsafeMutableRawPointer> = []
    /// The slot of the session that is being made, until it has all three.
    private var pending: UnsafeMutableRawPointer?

    /// A block of zeros for a session; nil when there is no memory for it.
    mutating func takeSession() -> UnsafeMutableRawPointer? {
        guard let slot = free.popLast() ?? addSlab() else { return nil }
        pending = slot
        slot.storeBytes(of: Self.sessionClass, as: Int.self)
        slot.storeBytes(of: 1, toByteOffset: 8, as: Int.self)
        return slot + Self.headBytes
    }

    /// A block of `tableBytes` zeros, if a session is being made.
    mutating func takeTable() -> UnsafeMutableRawPointer? {
        guard let slot = pending else { return nil }
        addPart(slot)
        return slot + Self.tableOffset
    }

    /// The last block of the session that is being made.
    mutating func takeFrame() -> UnsafeMutableRawPointer? {
        guard let slot = pending.take() else { return nil }
        addPart(slot)
        (slot + Self.frameOffset - Self.headBytes).storeBytes(of: Self.frameClass, as: Int.self)
        return slot + Self.frameOffset
    }

    /// Whether `pointer` is that of a table. No other block begins with a page but by chance.
    @inline(__always)
    func isTable(_ pointer: UnsafeMutableRawPointer) -> Bool {
        UInt(bitPattern: pointer) & UInt(Self.pageBytes - 1) == 0 && isInSlab(pointer)
    }

    private func isInSlab(_ pointer: UnsafeMutableRawPointer) -> Bool {
        slabs.contains { $0 <= pointer && pointer < $0 + Self.slotBytes * Self.slotsPerSlab }
    }

    mutating func releaseTable(_ pointer: UnsafeMutableRawPointer) { releasePart(pointer - Self.tableOffset) }
    mutating func releaseSession(_ pointer: UnsafeMutableRawPointer) { releasePart(pointer - Self.headBytes) }
    mutating func releaseFrame(_ pointer: UnsafeMutableRawPointer) { releasePart(pointer - Self.frameOffset) }

    mutating func releaseAll() {
        for slab in slabs { munmap(slab, Self.slotBytes * Self.slotsPerSlab) }
        slabs = []
        free = []
        pending = nil
    }

    private func addPart(_ slot: UnsafeMutableRawPointer) {
        slot.storeBytes(of: slot.load(fromByteOffset: 8, as: Int.self) &+ 1, toByteOffset: 8, as: Int.self)
    }

    private mutating func releasePart(_ slot: UnsafeMutableRawPointer) {
        let left = slot.load(fromByteOffset: 8, as: Int.self) &- 1
        slot.storeBytes(of: left, toByteOffset: 8, as: Int.self)
        guard left == 0 else { return }
        if pending == slot { pending = nil }
        // The system takes the pages, and gives zeros for them when they are next used.
        madvise(slot, Self.slotBytes, MADV_DONTNEED)
        free.append(slot)
    }

    private mutating func addSlab() -> UnsafeMutableRawPointer? {
        let size = Self.slotBytes * Self.slotsPerSlab
        let made = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        guard let made, made != UnsafeMutableRawPointer(bitPattern: -1) else { return nil }
        slabs.append(made)
        for index in (1..<Self.slotsPerSlab).reversed() { free.append(made + index * Self.slotBytes) }
        return made
    }
}
