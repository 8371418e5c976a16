import GRPC
import HTTP2
import NIOCore
import Testing
import WireTestSupport

/// What callers can make the server hold.
@Suite struct MemoryTests {
    private static func server(budget: Int = 2 << 30, limits: Limits = Limits(), _ handler: @escaping @Sendable (UnaryCall) -> Void) -> GRPCServer {
        var configuration = GRPCServer.Configuration()
        configuration.limits = limits
        configuration.messages.maxBufferedBytes = budget
        let server = GRPCServer(configuration)
        server.register(unary: "/m.M/M", handler: handler)
        return server
    }

    private static func ok(_ call: UnaryCall) { call.reply(ReplyBody(ByteBuffer(bytes: [1]))) }

    /// A request of `length` bytes of which `sent` have come.
    private static func begun(_ stream: UInt32, length: Int, sent: Int) -> [UInt8] {
        Frames.headers(stream, flags: 4, Requests.headers("/m.M/M"))
            + Frames.data(stream, [0] + Frames.word(UInt32(length)) + [UInt8](repeating: 7, count: sent))
    }

    @Test func `a length that is only declared costs next to nothing`() throws {
        let server = Self.server(Self.ok)
        let peer = try ScriptedPeer(server)
        peer.send(Self.begun(1, length: 50 << 20, sent: 10))
        #expect(server.bufferedBytes <= 1 << 20)
    }

    @Test func `callers that declare and do not send leave room for those that send`() throws {
        let server = Self.server(budget: 64 << 20, Self.ok)
        let peer = try ScriptedPeer(server)
        for index in 0..<200 { peer.send(Self.begun(UInt32(2 * index + 1), length: 50 << 20, sent: 10)) }
        #expect(server.bufferedBytes <= 34 << 20)
        #expect(peer.frames.allSatisfy { $0.type != 1 })
        let other = try ScriptedPeer(server)
        other.send(Requests.unary(1, "/m.M/M", [UInt8](repeating: 1, count: 60_000)))
        #expect(other.reply(1).status == "0")
    }

    @Test func `a message of ordinary size has all its memory from the first byte`() throws {
        let server = Self.server(Self.ok)
        let peer = try ScriptedPeer(server)
        peer.send(Self.begun(1, length: 600_000, sent: 0))
        #expect(server.bufferedBytes == 1 << 20)
    }

    @Test(arguments: [64 << 20, 14 << 20])
    func `a large message grows as it comes and arrives whole`(_ budget: Int) throws {
        let payload = (0..<5_000_000).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 13) }
        let server = Self.server(budget: budget) { call in
            let isWhole = call.message.bytes.elementsEqual(payload)
            call.reply(ReplyBody(ByteBuffer(bytes: [isWhole ? 1 : 0])))
        }
        let peer = try ScriptedPeer(server)
        peer.send(Self.begun(1, length: payload.count, sent: 0))
        for start in stride(from: 0, to: payload.count, by: 50_001) {
            peer.send(Frames.data(1, Array(payload[start..<min(start + 50_001, payload.count)])))
        }
        peer.send(Frames.data(1, [], end: true))
        #expect(peer.reply(1).messages == [[1]])
    }

    @Test func `a gzip message that is not as long as it says is corrupt, and its memory is freed`() throws {
        let server = Self.server(Self.ok)
        // "hello hello hello" is 17 bytes; the last four say how many.
        for size in [16, 18, 0, 60_000_000, 0xffff_ffff] as [UInt32] {
            let peer = try ScriptedPeer(server)
            let lying = CodingTests.gzip.dropLast(4) + Frames.word(size.byteSwapped)
            peer.send(Frames.headers(1, flags: 4, Requests.headers("/m.M/M", [("grpc-encoding", "gzip")])))
            peer.send(Frames.data(1, Requests.message(Array(lying), flag: 1), end: true))
            #expect(peer.reply(1).status == "13")
            #expect(server.bufferedBytes < 64 << 10)
        }
    }

    @Test func `a call that fails before its handler has heard of it is let go`() throws {
        var configuration = GRPCServer.Configuration()
        configuration.messages.maxPooledBytes = 0
        let server = GRPCServer(configuration)
        let health = HealthService()
        health.register(on: server)
        for ending in [Frames.data(1, [2], end: true), Frames.reset(1), Frames.data(1, [0, 0xff, 0xff, 0xff, 0xff])] {
            let peer = try ScriptedPeer(server)
            // The whole request, and then a fault in place of its end.
            peer.send(Frames.headers(1, flags: 4, Requests.headers("/grpc.health.v1.Health/Watch")))
            peer.send(Frames.data(1, Requests.message([0x0a, 1, 0x78])) + ending)
            peer.close()
            #expect(server.bufferedBytes == 0)
        }
    }

    /// Bytes that are all alike, in gzip: some hundred times smaller.
    private static func packed(_ count: Int) -> [UInt8] {
        Array(MessageCompression.deflate(ByteBuffer(repeating: 7, count: count), .gzip).readableBytesView)
    }

    private static func sendPacked(_ peer: ScriptedPeer, _ stream: UInt32, _ message: [UInt8]) {
        peer.send(Frames.headers(stream, flags: 4, Requests.headers("/m.M/M", [("grpc-encoding", "gzip")])))
        peer.send(Frames.data(stream, Requests.message(message, flag: 1), end: true))
    }

    @Test func `small messages that expand fill the share of their connection, and no more`() throws {
        let held = Held()
        var configuration = GRPCServer.Configuration()
        configuration.messages.maxBufferedBytesPerConnection = 1 << 20
        configuration.messages.maxPooledBytes = 0
        let server = GRPCServer(configuration)
        server.register(unary: "/m.M/M") { held.calls.append($0) }
        let message = Self.packed(200_000)
        #expect(message.count < 1000)
        let peer = try ScriptedPeer(server)
        for index in 0..<20 { Self.sendPacked(peer, UInt32(2 * index + 1), message) }
        // Each takes 256 KiB: four fit, and the others are told.
        #expect(held.calls.count == 4)
        #expect((4..<20).allSatisfy { peer.reply(UInt32(2 * $0 + 1)).status == "8" })
        #expect(peer.goAway == nil)
        #expect(server.counters.value(.connectionMemoryExceeded) == 16)
        #expect(server.bufferedBytes <= 1 << 20)
        let other = try ScriptedPeer(server)
        Self.sendPacked(other, 1, message)
        #expect(held.calls.count == 5)
        // What is answered makes room.
        for call in held.calls { call.reply(ReplyBody(ByteBuffer(bytes: [1]))) }
        #expect(peer.reply(1).status == "0")
        held.calls = []
        Self.sendPacked(peer, 101, message)
        #expect(held.calls.count == 1)
        held.calls[0].reply(ReplyBody(ByteBuffer(bytes: [1])))
        #expect(server.bufferedBytes == 0)
    }

    @Test func `a message that comes in pieces counts against the share of its connection while it grows`() throws {
        var configuration = GRPCServer.Configuration()
        configuration.messages.maxBufferedBytesPerConnection = 3 << 20
        let server = GRPCServer(configuration)
        server.register(unary: "/m.M/M", handler: Self.ok)
        let peer = try ScriptedPeer(server)
        for index in 0..<4 { peer.send(Self.begun(UInt32(2 * index + 1), length: 900_000, sent: 10)) }
        #expect(peer.reply(7).status == "8")
        peer.send(Frames.reset(1))
        peer.send(Requests.unary(9, "/m.M/M", [UInt8](repeating: 1, count: 900_000)))
        #expect(peer.reply(9).status == "0")
    }

    /// Calls that are answered when the test says so.
    private final class Held: @unchecked Sendable {
        var calls: [UnaryCall] = []
    }

    @Test func `replies that a peer does not read are bounded, and so are its next requests`() throws {
        var limits = Limits()
        limits.maxQueuedBytes = 20_000
        limits.maxQueuedBytesBeforeFailing = 100_000
        let held = Held()
        let server = Self.server(limits: limits) { held.calls.append($0) }
        let peer = try ScriptedPeer(server)
        for stream in [1, 3] as [UInt32] { peer.send(Requests.unary(stream, "/m.M/M")) }
        let calls = held.calls
        try #require(calls.count == 2)
        // The peer's window takes 65,535 bytes of the first, and 25 KB wait.
        calls[0].reply(ReplyBody(ByteBuffer(repeating: 7, count: 90_000)))
        #expect(peer.connection.queuedBytes == 90_005 - 65_535)
        calls[1].reply(ReplyBody(ByteBuffer(repeating: 7, count: 90_000)))
        #expect(peer.reply(3).status == "8")
        #expect(peer.reply(3).reset == nil)
        peer.send(Requests.unary(5, "/m.M/M"))
        #expect(peer.reply(5).reset == 7)
        #expect(server.counters.value(.queuedBytesExceeded) == 2)
        // What was promised still comes.
        peer.send(Frames.windowUpdate(0, 100_000) + Frames.windowUpdate(1, 100_000))
        #expect(peer.reply(1).status == "0")
        #expect(peer.reply(1).messages.first?.count == 90_000)
        #expect(peer.connection.queuedBytes == 0)
    }

    @Test func `when all peers together read too little, each may have less waiting`() throws {
        var limits = Limits()
        limits.maxQueuedBytes = 100_000
        limits.maxQueuedBytesOnLoop = 50_000
        let held = Held()
        let server = Self.server(limits: limits) { held.calls.append($0) }
        let peer = try ScriptedPeer(server)
        for stream in [1, 3, 5] as [UInt32] { peer.send(Requests.unary(stream, "/m.M/M")) }
        let calls = held.calls
        for call in calls { call.reply(ReplyBody(ByteBuffer(repeating: 7, count: 90_000))) }
        // 25 KB of the first wait, then 115 KB in all: the loop is crowded, and the third would be too much.
        #expect(peer.connection.queuedBytes == 2 * 90_005 - 65_535)
        #expect(peer.reply(5).status == "8")
    }

    @Test func `one reply may be larger than what may wait`() throws {
        var limits = Limits()
        limits.maxQueuedBytesBeforeFailing = 1000
        let server = Self.server(limits: limits) { $0.reply(ReplyBody(ByteBuffer(repeating: 7, count: 90_000))) }
        let peer = try ScriptedPeer(server)
        peer.send(Requests.unary(1, "/m.M/M"))
        peer.send(Frames.windowUpdate(0, 100_000) + Frames.windowUpdate(1, 100_000))
        #expect(peer.reply(1).status == "0")
    }

    @Test func `a stream that sends more than its caller reads is ended`() throws {
        var limits = Limits()
        limits.maxQueuedBytesBeforeFailing = 100_000
        var configuration = GRPCServer.Configuration()
        configuration.limits = limits
        let server = GRPCServer(configuration)
        server.register(streaming: "/m.M/S") { call in
            call.onCancel = { call.finish(Status(.cancelled)) }
            call.onHalfClose = {
                for _ in 0..<20 { call.send(ReplyBody(ByteBuffer(repeating: 7, count: 30_000))) }
                call.finish()
            }
        }
        let peer = try ScriptedPeer(server)
        peer.send(Frames.headers(1, flags: 5, Requests.headers("/m.M/S")))
        #expect(peer.connection.queuedBytes <= 100_000)
        peer.send(Frames.windowUpdate(0, 1 << 20) + Frames.windowUpdate(1, 1 << 20))
        #expect(peer.reply(1).status == "8")
    }
}
