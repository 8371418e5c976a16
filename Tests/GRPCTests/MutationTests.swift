import GRPC
import HTTP2
import NIOCore
import Testing
import WireTestSupport

/// What fuzzers do for hours, for a second: seeds with a few bytes changed, the same ones every time.
@Suite struct MutationTests {
    private static func server() -> GRPCServer {
        var configuration = GRPCServer.Configuration()
        configuration.messages.maxReceivedBytes = 1 << 16
        configuration.messages.maxPooledBytes = 0
        let server = GRPCServer(configuration)
        server.register(unary: "/f.F/U") { call in
            if let first = call.message.bytes.first, first & 1 == 1 { call.replyCoding = .gzip }
            call.reply(ReplyBody(ByteBuffer(bytes: call.message.bytes)))
        }
        server.register(streaming: "/f.F/S") { call in
            call.onMessage = { message in
                if message.count == 3 { call.pauseReading() }
                call.send(ReplyBody(ByteBuffer(bytes: message.bytes)))
            }
            call.onHalfClose = { call.finish() }
            call.onCancel = { call.finish(Status(.cancelled)) }
        }
        server.register(plain: "/") { _ in PlainResponse(body: ByteBuffer(string: "ok")) }
        let health = HealthService()
        health.set("", .serving)
        health.register(on: server)
        return server
    }

    private static func connect(_ server: GRPCServer, handshake: Bool) throws -> ScriptedPeer {
        try ScriptedPeer(handshake: handshake) { peer, loop in
            let (connection, keep) = try server.connect(peer, loop: loop)
            return (connection, keep)
        }
    }

    @Test(arguments: 0..<4 as Range<UInt64>)
    func `a session outlives any bytes, and frees what it took`(_ seed: UInt64) throws {
        let seeds = Corpus.seeds("wire_session")
        try #require(seeds.count > 10)
        var mutator = Mutator(seed: seed)
        for _ in 0..<2500 {
            let bytes = mutator.mutate(seeds.randomElement(using: &mutator)!, with: seeds.randomElement(using: &mutator)!)
            // The first byte says where reads are cut, and whether the handshake is part of the input.
            guard let control = bytes.first else { continue }
            let server = Self.server()
            let peer = try Self.connect(server, handshake: control & 0x80 == 0)
            let piece = control & 0x7f == 0 ? bytes.count : Int(control & 0x7f)
            for start in stride(from: 1, to: bytes.count, by: piece) {
                if !peer.isClosed { peer.send(Array(bytes[start..<min(bytes.count, start + piece)])) }
                if control & 1 == 1 { peer.wait(100_000_000) }
            }
            peer.wait(.seconds(40))
            peer.close()
            #expect(server.bufferedBytes == 0)
            #expect(peer.connection.openStreams == 0)
            #expect(peer.connection.queuedBytes == 0)
        }
    }

    @Test(arguments: 0..<4 as Range<UInt64>)
    func `a body of any bytes gets its stream an end, and is no fault of the connection`(_ seed: UInt64) throws {
        let seeds = Corpus.seeds("wire_grpc").map { Array($0.dropFirst(2)) }
        try #require(seeds.count > 5)
        var mutator = Mutator(seed: seed)
        let codings = ["identity", "gzip", "deflate", "br"]
        for _ in 0..<1500 {
            let body = mutator.mutate(seeds.randomElement(using: &mutator)!, with: seeds.randomElement(using: &mutator)!)
            let server = Self.server()
            let peer = try Self.connect(server, handshake: true)
            let path = ["/f.F/U", "/f.F/S", "/grpc.health.v1.Health/Check"].randomElement(using: &mutator)!
            let fields = Requests.headers(path, [("grpc-encoding", codings.randomElement(using: &mutator)!)])
            peer.send(Frames.headers(1, flags: 4, fields))
            let piece = Int.random(in: 1...200, using: &mutator)
            for start in stride(from: 0, to: body.count, by: piece) {
                peer.send(Frames.data(1, Array(body[start..<min(body.count, start + piece)])))
            }
            peer.send(Frames.data(1, [], end: true))
            #expect(peer.goAway == nil)
            let reply = peer.reply(1)
            // A stream that paused has not been asked to go on.
            if path != "/f.F/S" { #expect(reply.ended || reply.reset != nil) }
            peer.close()
            #expect(server.bufferedBytes == 0)
        }
    }
}
