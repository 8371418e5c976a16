internal import CMessages
internal import CProtobufC

/// The state of a `MessageArena`, at an address that does not move: protobuf-c holds it.
struct ArenaState {
    /// First, so that the address of the state is the address of the allocator.
    var allocator = ProtobufCAllocator()

    private(set) var usedBytes = 0
    private(set) var heldBytes = 0
    private(set) var systemAllocations = 0
    private(set) var ceilingBytes: Int
    /// Whether a request was refused since the last reset.
    private(set) var exhausted = false

    private let retainedBytes: Int
    private var first: UnsafeMutablePointer<Block>?
    private var current: UnsafeMutablePointer<Block>?
    private var cursor: UnsafeMutableRawPointer?
    private var room = 0

    private static let alignment = 16
    private static let firstBlockBytes = 8 << 10
    private static let largestStepBytes = 1 << 20

    /// Precedes the memory of each block; its stride keeps that memory aligned.
    private struct Block {
        var next: UnsafeMutablePointer<Block>?
        var capacity: Int

        static var headerBytes: Int { ArenaState.alignment }
    }

    init(retainedBytes: Int, ceilingBytes: Int) {
        self.retainedBytes = retainedBytes
        self.ceilingBytes = ceilingBytes
    }

    mutating func allow(_ bytes: Int) {
        ceilingBytes = bytes
    }

    mutating func allocate(_ size: Int) -> UnsafeMutableRawPointer? {
        guard size >= 0, size <= ceilingBytes &- usedBytes else {
            exhausted = true
            return nil
        }
        let rounded = (size &+ (Self.alignment &- 1)) & ~(Self.alignment &- 1)
        if rounded > room || cursor == nil, !advance(to: rounded) {
            exhausted = true
            return nil
        }
        guard let memory = cursor else { return nil }
        cursor = memory + rounded
        room &-= rounded
        usedBytes &+= rounded
        return memory
    }

    /// Moves on to the next block with enough room, making one when there is none.
    private mutating func advance(to size: Int) -> Bool {
        while let next = current == nil ? first : current?.pointee.next {
            enter(next)
            if room >= size { return true }
        }
        let step = min((current?.pointee.capacity ?? Self.firstBlockBytes / 2) * 2, Self.largestStepBytes)
        let capacity = max(step, size, Self.firstBlockBytes)
        let memory = UnsafeMutableRawPointer.allocate(
            byteCount: Block.headerBytes + capacity, alignment: Self.alignment)
        let block = memory.bindMemory(to: Block.self, capacity: 1)
        block.initialize(to: Block(next: nil, capacity: capacity))
        if let current { current.pointee.next = block } else { first = block }
        systemAllocations &+= 1
        heldBytes &+= capacity
        enter(block)
        return true
    }

    private mutating func enter(_ block: UnsafeMutablePointer<Block>) {
        current = block
        cursor = UnsafeMutableRawPointer(block) + Block.headerBytes
        room = block.pointee.capacity
    }

    mutating func reset() {
        usedBytes = 0
        exhausted = false
        if heldBytes > retainedBytes { trim() }
        current = nil
        cursor = nil
        room = 0
    }

    /// Gives back blocks from the first one that does not fit into what may be kept.
    private mutating func trim() {
        var kept = 0
        var last: UnsafeMutablePointer<Block>?
        var block = first
        while let here = block, kept + here.pointee.capacity <= retainedBytes {
            kept += here.pointee.capacity
            last = here
            block = here.pointee.next
        }
        if let last { last.pointee.next = nil } else { first = nil }
        release(from: block)
        heldBytes = kept
    }

    mutating func releaseBlocks() {
        release(from: first)
        first = nil
        heldBytes = 0
    }

    private func release(from block: UnsafeMutablePointer<Block>?) {
        var block = block
        while let here = block {
            block = here.pointee.next
            UnsafeMutableRawPointer(here).deallocate()
        }
    }
}
