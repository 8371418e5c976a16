/// Cuts messages out of a body: one flag byte, four bytes of length, the message.
struct MessageAssembler {
    /// A whole message, as it was sent.
    struct Message {
        var buffer: MessageBuffer
        var isCompressed: Bool
    }

    private var prefix: UInt64 = 0
    private var prefixCount = 0
    private var length = 0
    private var buffer: MessageBuffer?

    /// Bytes of a message have come, and not all of them.
    var isInsideMessage: Bool { prefixCount > 0 }

    /// Takes from the front of `bytes` up to the end of a message, which is returned once it is whole.
    mutating func next(
        from bytes: inout UnsafeRawBufferPointer, limit: Int, pool: BufferPool, share: MessageShare? = nil
    ) throws(Status) -> Message? {
        while prefixCount < 5 {
            guard let byte = bytes.first else { return nil }
            prefix = prefix << 8 | UInt64(byte)
            prefixCount &+= 1
            bytes = UnsafeRawBufferPointer(rebasing: bytes.dropFirst())
            if prefixCount == 5 { try readPrefix(limit: limit, pool: pool, share: share) }
        }
        guard var room = buffer.take() else { return nil }
        while true {
            let taken = min(min(length, room.capacity) &- room.count, bytes.count)
            if taken > 0 {
                room.append(UnsafeRawBufferPointer(rebasing: bytes[..<taken]))
                bytes = UnsafeRawBufferPointer(rebasing: bytes[taken...])
            }
            if room.count == length { break }
            guard !bytes.isEmpty else {
                buffer = room
                return nil
            }
            // A caller occupies at most four times what it has sent: what it says it will send costs nothing.
            let larger = try pool.take(min(length, room.capacity &* 4), for: share)
            larger.append(room.bytes)
            pool.give(room)
            room = larger
        }
        let isCompressed = prefix >> 32 & 1 == 1
        prefix = 0
        prefixCount = 0
        return Message(buffer: room, isCompressed: isCompressed)
    }

    private mutating func readPrefix(limit: Int, pool: BufferPool, share: MessageShare?) throws(Status) {
        let flag = prefix >> 32
        guard flag <= 1 else { throw Status(.internal, "message flag \(flag) is neither 0 nor 1") }
        length = Int(prefix & 0xffff_ffff)
        guard length <= limit else {
            throw Status(.resourceExhausted, "Received message larger than max (\(length) vs. \(limit))")
        }
        buffer = try pool.take(pool.firstCapacity(of: length), for: share)
    }

    /// Forgets what has come of a message; its memory goes back to the pool.
    mutating func clear(pool: BufferPool) {
        if let kept = buffer.take() { pool.give(kept) }
        prefix = 0
        prefixCount = 0
        length = 0
    }
}
