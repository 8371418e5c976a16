internal import CMessages
internal import CProtobufC

/// Memory for the decoded form of one message: allocation moves a pointer, one reset frees all.
///
/// Blocks are kept across resets up to `DecodingLimits.arenaRetainedBytes`, so that a reused arena
/// asks the system for nothing. A request beyond the ceiling is refused, which protobuf-c passes on
/// as a failed decode. Not thread-safe: one arena serves one message at a time, on any thread.
public struct MessageArena: ~Copyable, @unchecked Sendable {
    // Sendable because the state has no owner but this value, which cannot be copied.
    let state: UnsafeMutablePointer<ArenaState>

    public let limits: DecodingLimits

    public init(limits: DecodingLimits = DecodingLimits()) {
        self.limits = limits
        state = .allocate(capacity: 1)
        state.initialize(to: ArenaState(retainedBytes: limits.arenaRetainedBytes, ceilingBytes: limits.arenaBaseBytes))
        state.pointee.allocator = ProtobufCAllocator(
            alloc: arenaAllocate, free: arenaFree, allocator_data: UnsafeMutableRawPointer(state))
    }

    deinit {
        state.pointee.releaseBlocks()
        state.deinitialize(count: 1)
        state.deallocate()
    }

    /// Forgets everything allocated: every view into this arena ends here.
    public func reset() {
        state.pointee.reset()
    }

    /// Bytes handed out since the last reset, rounding included.
    public var usedBytes: Int { state.pointee.usedBytes }

    /// Bytes held from the system, in use or kept for the next message.
    public var heldBytes: Int { state.pointee.heldBytes }

    /// How often the system was asked for memory since the arena was made. Steady use adds nothing.
    public var systemAllocations: Int { state.pointee.systemAllocations }

    /// Allows for one more message of this size beside what is in the arena already.
    func admit(messageBytes: Int) {
        let allowed = limits.arenaBytes(forMessageBytes: messageBytes)
        let (sum, overflow) = state.pointee.usedBytes.addingReportingOverflow(allowed)
        state.pointee.allow(overflow ? .max : sum)
    }

    /// For protobuf-c: valid as long as the arena.
    var allocator: UnsafeMutablePointer<ProtobufCAllocator> {
        UnsafeMutableRawPointer(state).assumingMemoryBound(to: ProtobufCAllocator.self)
    }

    /// Uninitialised memory for `count` values, aligned to 16 bytes.
    func allocate<T>(_ type: T.Type, count: Int) throws(MessageError) -> UnsafeMutablePointer<T> {
        let (bytes, overflow) = count.multipliedReportingOverflow(by: MemoryLayout<T>.stride)
        guard !overflow, count >= 0, let memory = state.pointee.allocate(bytes) else { throw .arenaExhausted(state.pointee.ceilingBytes) }
        return memory.bindMemory(to: type, capacity: count)
    }
}

extension MessageError {
    static func arenaExhausted(_ ceilingBytes: Int) -> MessageError {
        MessageError(.tooLarge, "the message needs more than the \(ceilingBytes) bytes allowed for its decoded form")
    }
}

@c func arenaAllocate(_ data: UnsafeMutableRawPointer?, _ size: Int) -> UnsafeMutableRawPointer? {
    data?.assumingMemoryBound(to: ArenaState.self).pointee.allocate(size)
}

@c func arenaFree(_ data: UnsafeMutableRawPointer?, _ memory: UnsafeMutableRawPointer?) {}
