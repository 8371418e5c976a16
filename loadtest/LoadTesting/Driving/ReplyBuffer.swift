/// The body of one answer as it comes in; used again for the next.
struct ReplyBuffer: ~Copyable {
    private var memory: UnsafeMutableRawPointer?
    private var capacity = 0
    private(set) var count = 0

    deinit { memory?.deallocate() }

    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: memory, count: count) }

    mutating func clear() { count = 0 }

    @inline(__always)
    mutating func append(_ bytes: UnsafeRawBufferPointer) {
        guard let source = bytes.baseAddress else { return }
        if capacity &- count < bytes.count { grow(bytes.count) }
        memory.unsafelyUnwrapped.advanced(by: count).copyMemory(from: source, byteCount: bytes.count)
        count &+= bytes.count
    }

    private mutating func grow(_ additional: Int) {
        let wanted = max(256, capacity * 2, count + additional)
        let fresh = UnsafeMutableRawPointer.allocate(byteCount: wanted, alignment: 16)
        if let memory {
            fresh.copyMemory(from: memory, byteCount: count)
            memory.deallocate()
        }
        memory = fresh
        capacity = wanted
    }
}
