internal import CNghttp2
internal import Glibc

/// Memory for the sessions of one event loop: small blocks are kept for the next frame and stream instead of going back to
/// the system. Confined to its event loop.
final class SessionMemory {
    /// At an address that does not move, and is used without counting references.
    private let blocks: UnsafeMutablePointer<SessionBlocks>

    init() {
        blocks = .allocate(capacity: 1)
        blocks.initialize(to: SessionBlocks())
    }

    deinit {
        blocks.pointee.releaseAll()
        blocks.deallocate()
    }

    /// What nghttp2 is told; valid as long as `self`.
    var functions: nghttp2_mem {
        nghttp2_mem(
            mem_user_data: UnsafeMutableRawPointer(blocks), malloc: sessionAllocate, free: sessionFree,
            calloc: sessionAllocateZeroed, realloc: sessionReallocate)
    }
}

/// Free blocks by size: 64 bytes times powers of two, up to 1 KiB; larger ones go to the system, but for those that every
/// session has.
private struct SessionBlocks {
    /// Precedes every block, and keeps its alignment.
    private struct Head {
        var sizeClass: Int
        var next: UnsafeMutableRawPointer?
    }

    private static let headBytes = 16
    private static let classCount = 5
    private static let noClass = -1
    private static let maxKeptBytes = 4 << 20

    private var free = InlineArray<5, UnsafeMutableRawPointer?>(repeating: nil)
    private var keptBytes = 0
    private var slots = SessionSlots()

    mutating func releaseAll() {
        slots.releaseAll()
        for index in free.indices {
            while let block = free[index] {
                free[index] = block.assumingMemoryBound(to: Head.self).pointee.next
                Glibc.free(block)
            }
        }
    }

    @inline(__always)
    mutating func allocate(_ size: Int) -> UnsafeMutableRawPointer? {
        guard size >= 0, size <= 64 << (Self.classCount - 1) else { return allocateLarge(size) }
        let index = size <= 64 ? 0 : Int.bitWidth &- (size &- 1).leadingZeroBitCount &- 6
        let block: UnsafeMutableRawPointer
        if let kept = free[index] {
            block = kept
            free[index] = kept.assumingMemoryBound(to: Head.self).pointee.next
            keptBytes &-= 64 << index
        } else {
            guard let made = malloc(64 << index &+ Self.headBytes) else { return nil }
            block = made
        }
        block.assumingMemoryBound(to: Head.self).pointee.sizeClass = index
        return block + Self.headBytes
    }

    private func allocateLarge(_ size: Int) -> UnsafeMutableRawPointer? {
        let (total, overflow) = size.addingReportingOverflow(Self.headBytes)
        guard !overflow, size >= 0, let block = malloc(total) else { return nil }
        block.assumingMemoryBound(to: Head.self).pointee.sizeClass = Self.noClass
        return block + Self.headBytes
    }

    @inline(__always)
    mutating func release(_ pointer: UnsafeMutableRawPointer) {
        if slots.isTable(pointer) { return slots.releaseTable(pointer) }
        let block = pointer - Self.headBytes
        let head = block.assumingMemoryBound(to: Head.self)
        let index = head.pointee.sizeClass
        guard index >= 0, keptBytes < Self.maxKeptBytes else { return releaseOther(pointer, index) }
        head.pointee.next = free[index]
        free[index] = block
        keptBytes &+= 64 << index
    }

    private mutating func releaseOther(_ pointer: UnsafeMutableRawPointer, _ sizeClass: Int) {
        switch sizeClass {
        case SessionSlots.sessionClass: slots.releaseSession(pointer)
        case SessionSlots.frameClass: slots.releaseFrame(pointer)
        default: Glibc.free(pointer - Self.headBytes)
        }
    }

    mutating func allocateZeroed(_ size: Int) -> UnsafeMutableRawPointer? {
        if SessionSlots.sessionSizes.contains(size), let session = slots.takeSession() { return session }
        if size == SessionSlots.tableBytes, let table = slots.takeTable() { return table }
        guard let pointer = allocate(size) else { return nil }
        memset(pointer, 0, size)
        return pointer
    }

    /// What `realloc` makes of nothing.
    mutating func allocateFirst(_ size: Int) -> UnsafeMutableRawPointer? {
        if SessionSlots.frameSizes.contains(size), let frame = slots.takeFrame() { return frame }
        return allocate(size)
    }

    /// The bytes that fit in the block of `pointer`; nil when the system owns it.
    func capacity(of pointer: UnsafeMutableRawPointer) -> Int? {
        if slots.isTable(pointer) { return SessionSlots.tableBytes }
        let index = (pointer - Self.headBytes).assumingMemoryBound(to: Head.self).pointee.sizeClass
        switch index {
        case 0...: return 64 << index
        case SessionSlots.sessionClass: return SessionSlots.sessionCapacity
        case SessionSlots.frameClass: return SessionSlots.frameCapacity
        default: return nil
        }
    }

    func reallocateLarge(_ pointer: UnsafeMutableRawPointer, _ size: Int) -> UnsafeMutableRawPointer? {
        let (total, overflow) = size.addingReportingOverflow(Self.headBytes)
        guard !overflow, size >= 0, let block = realloc(pointer - Self.headBytes, total) else { return nil }
        return block + Self.headBytes
    }
}

private func blocks(_ user: UnsafeMutableRawPointer?) -> UnsafeMutablePointer<SessionBlocks> {
    user!.assumingMemoryBound(to: SessionBlocks.self)
}

@c private func sessionAllocate(_ size: Int, _ user: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    blocks(user).pointee.allocate(size)
}

@c private func sessionFree(_ pointer: UnsafeMutableRawPointer?, _ user: UnsafeMutableRawPointer?) {
    if let pointer { blocks(user).pointee.release(pointer) }
}

@c private func sessionAllocateZeroed(_ count: Int, _ size: Int, _ user: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    let (total, overflow) = count.multipliedReportingOverflow(by: size)
    return overflow ? nil : blocks(user).pointee.allocateZeroed(total)
}

@c private func sessionReallocate(
    _ pointer: UnsafeMutableRawPointer?, _ size: Int, _ user: UnsafeMutableRawPointer?
) -> UnsafeMutableRawPointer? {
    let memory = blocks(user)
    guard let pointer else { return memory.pointee.allocateFirst(size) }
    guard let capacity = memory.pointee.capacity(of: pointer) else {
        // It was large, and stays the system's even when it shrinks.
        return memory.pointee.reallocateLarge(pointer, size)
    }
    if size <= capacity { return pointer }
    guard let moved = memory.pointee.allocate(size) else { return nil }
    memcpy(moved, pointer, capacity)
    memory.pointee.release(pointer)
    return moved
}
