internal import CNghttp2
internal import Glibc

/// Memory for the sessions of one event loop: small blocks are kept for the next frame and stream instead of going back to
/// the system. Confined to its event loop.
final class SessionMemory {
    /// Precedes every block, and keeps its alignment.
    private struct Head {
        var sizeClass: Int
        var next: UnsafeMutableRawPointer?
    }

    private static let headBytes = 16
    /// Block sizes are 64 bytes times powers of two, up to 4 KiB; larger ones go to the system.
    private static let classCount = 7
    private static let noClass = -1
    private static let maxKeptBytes = 4 << 20

    private var free = InlineArray<7, UnsafeMutableRawPointer?>(repeating: nil)
    private var keptBytes = 0

    deinit {
        for index in free.indices {
            while let block = free[index] {
                free[index] = block.assumingMemoryBound(to: Head.self).pointee.next
                Glibc.free(block)
            }
        }
    }

    func allocate(_ size: Int) -> UnsafeMutableRawPointer? {
        guard size <= 64 << (Self.classCount - 1), size >= 0 else {
            let (total, overflow) = size.addingReportingOverflow(Self.headBytes)
            guard !overflow, size >= 0, let block = malloc(total) else { return nil }
            block.assumingMemoryBound(to: Head.self).pointee.sizeClass = Self.noClass
            return block + Self.headBytes
        }
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

    func release(_ pointer: UnsafeMutableRawPointer) {
        let block = pointer - Self.headBytes
        let head = block.assumingMemoryBound(to: Head.self)
        let index = head.pointee.sizeClass
        guard index >= 0, keptBytes < Self.maxKeptBytes else { return Glibc.free(block) }
        head.pointee.next = free[index]
        free[index] = block
        keptBytes &+= 64 << index
    }

    /// The bytes that fit in the block of `pointer`; nil when the system owns it.
    func capacity(of pointer: UnsafeMutableRawPointer) -> Int? {
        let index = (pointer - Self.headBytes).assumingMemoryBound(to: Head.self).pointee.sizeClass
        return index >= 0 ? 64 << index : nil
    }

    func reallocateLarge(_ pointer: UnsafeMutableRawPointer, _ size: Int) -> UnsafeMutableRawPointer? {
        let (total, overflow) = size.addingReportingOverflow(Self.headBytes)
        guard !overflow, let block = realloc(pointer - Self.headBytes, total) else { return nil }
        return block + Self.headBytes
    }

    /// What nghttp2 is told; valid as long as `self`.
    var functions: nghttp2_mem {
        nghttp2_mem(
            mem_user_data: Unmanaged.passUnretained(self).toOpaque(), malloc: sessionAllocate, free: sessionFree,
            calloc: sessionAllocateZeroed, realloc: sessionReallocate)
    }
}

private func memory(_ user: UnsafeMutableRawPointer?) -> SessionMemory {
    Unmanaged<SessionMemory>.fromOpaque(user!)._withUnsafeGuaranteedRef { $0 }
}

@c private func sessionAllocate(_ size: Int, _ user: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    memory(user).allocate(size)
}

@c private func sessionFree(_ pointer: UnsafeMutableRawPointer?, _ user: UnsafeMutableRawPointer?) {
    if let pointer { memory(user).release(pointer) }
}

@c private func sessionAllocateZeroed(_ count: Int, _ size: Int, _ user: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    let (total, overflow) = count.multipliedReportingOverflow(by: size)
    guard !overflow, let pointer = memory(user).allocate(total) else { return nil }
    memset(pointer, 0, total)
    return pointer
}

@c private func sessionReallocate(
    _ pointer: UnsafeMutableRawPointer?, _ size: Int, _ user: UnsafeMutableRawPointer?
) -> UnsafeMutableRawPointer? {
    let memory = memory(user)
    guard let pointer else { return memory.allocate(size) }
    guard let capacity = memory.capacity(of: pointer) else {
        // It was large, and stays the system's even when it shrinks.
        return memory.reallocateLarge(pointer, size)
    }
    if size <= capacity { return pointer }
    guard let moved = memory.allocate(size) else { return nil }
    memcpy(moved, pointer, capacity)
    memory.release(pointer)
    return moved
}
