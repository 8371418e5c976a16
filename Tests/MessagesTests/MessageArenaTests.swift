import Messages
import Testing

@Suite struct MessageArenaTests {
    /// A request whose decoded form takes more than `count` bytes.
    private func request(parameters count: Int) -> [UInt8] {
        Array(repeatElement(bytes("2207 0a0161 1202 1001"), count: count).joined())
    }

    @Test func `memory grows with the message and is kept for the next one up to the limit`() throws {
        var limits = DecodingLimits()
        limits.arenaRetainedBytes = 64 << 10
        let arena = MessageArena(limits: limits)
        #expect(arena.heldBytes == 0)
        try request(parameters: 10_000).withUnsafeBytes { _ = try ModelInferRequest(decoding: $0, in: arena) }
        #expect(arena.usedBytes > 64 << 10)
        #expect(arena.heldBytes >= arena.usedBytes)
        arena.reset()
        #expect(arena.usedBytes == 0)
        #expect(arena.heldBytes > 0 && arena.heldBytes <= 64 << 10)
    }

    @Test func `sizes that alternate settle on the memory at hand`() throws {
        let arena = MessageArena()
        let small = request(parameters: 10)
        let large = request(parameters: 500)
        func both() throws {
            for message in [small, large] {
                arena.reset()
                try message.withUnsafeBytes { _ = try ModelInferRequest(decoding: $0, in: arena) }
            }
        }
        try both()
        let after = arena.systemAllocations
        for _ in 0..<100 { try both() }
        #expect(arena.systemAllocations == after)
    }

    @Test(arguments: [(0, 1 << 20), (1000, 1 << 20 + 16_000), (.max, 128 << 20)])
    func `the allowance follows the size of the message`(messageBytes: Int, allowed: Int) {
        #expect(DecodingLimits().arenaBytes(forMessageBytes: messageBytes) == allowed)
    }

    @Test func `limits without an end leave room for message after message`() throws {
        var limits = DecodingLimits()
        limits.arenaBytesPerMessageByte = .max
        limits.arenaCeilingBytes = .max
        let arena = MessageArena(limits: limits)
        for _ in 0..<3 {
            try request(parameters: 10).withUnsafeBytes { _ = try ModelInferRequest(decoding: $0, in: arena) }
        }
        #expect(arena.usedBytes > 0)
    }
}
