internal import Glibc

/// The header blocks of one read: bytes and where the fields lie in them. Keeps its memory from read to read.
struct HeaderArena: ~Copyable {
    private var base: UnsafeMutableRawPointer
    private var capacity: Int
    private var used = 0
    private var ranges: ContiguousArray<HeaderFields.Range> = []

    /// The block that is being read: where its fields begin, and its size as SETTINGS_MAX_HEADER_LIST_SIZE counts.
    private var blockStart = 0
    private(set) var blockBytes = 0
    private(set) var blockIsOpen = false

    /// Where a finished block lies.
    struct Block {
        var start: Int
        var end: Int
        var isTooLarge: Bool
    }

    init() {
        capacity = 4096
        base = .allocate(byteCount: capacity, alignment: 16)
    }

    deinit { base.deallocate() }

    mutating func beginBlock() {
        blockStart = ranges.count
        blockBytes = 0
        blockIsOpen = true
    }

    /// Adds a field; beyond `softLimit` it is counted and dropped. False beyond `hardLimit`.
    mutating func append(
        name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer, softLimit: Int, hardLimit: Int
    ) -> Bool {
        // Field lengths are bounded by nghttp2 (64 KiB each), and so is the sum by the hard limit.
        blockBytes &+= name.count &+ value.count &+ 32
        if blockBytes > hardLimit { return false }
        if blockBytes > softLimit { return true }
        let length = name.count &+ value.count
        if used &+ length > capacity { grow(to: used &+ length) }
        if let start = name.baseAddress { memcpy(base + used, start, name.count) }
        if let start = value.baseAddress { memcpy(base + used + name.count, start, value.count) }
        ranges.append(
            HeaderFields.Range(
                start: UInt32(truncatingIfNeeded: used), nameLength: UInt32(truncatingIfNeeded: name.count),
                valueLength: UInt32(truncatingIfNeeded: value.count)))
        used &+= length
        return true
    }

    mutating func endBlock(softLimit: Int) -> Block {
        blockIsOpen = false
        return Block(start: blockStart, end: ranges.count, isTooLarge: blockBytes > softLimit)
    }

    /// The view is valid until the arena is next changed.
    func fields(of block: Block) -> HeaderFields {
        ranges.withUnsafeBufferPointer { all in
            HeaderFields(
                base: UnsafeRawPointer(base),
                ranges: UnsafeBufferPointer(rebasing: all[block.start..<block.end]), isTooLarge: block.isTooLarge)
        }
    }

    /// Forgets finished blocks; the fields of an open one are moved to the front.
    mutating func clear() {
        guard blockIsOpen, blockStart < ranges.count else {
            used = 0
            ranges.removeAll(keepingCapacity: true)
            blockStart = 0
            return
        }
        let first = Int(ranges[blockStart].start)
        memmove(base, base + first, used &- first)
        used &-= first
        ranges.removeSubrange(..<blockStart)
        for index in ranges.indices { ranges[index].start &-= UInt32(truncatingIfNeeded: first) }
        blockStart = 0
    }

    private mutating func grow(to needed: Int) {
        let larger = max(needed, capacity &* 2)
        let memory = UnsafeMutableRawPointer.allocate(byteCount: larger, alignment: 16)
        memcpy(memory, base, used)
        base.deallocate()
        base = memory
        capacity = larger
    }
}
