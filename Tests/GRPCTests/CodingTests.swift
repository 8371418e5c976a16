import GRPC
import HTTP2
import NIOCore
import Testing
import WireTestSupport

@Suite struct CodingTests {
    /// "hello hello hello", made by another implementation.
    static let gzip: [UInt8] = [
        31, 139, 8, 0, 0, 0, 0, 0, 2, 3, 203, 72, 205, 201, 201, 87, 200, 64, 144, 0, 128, 136, 249, 229,
        17, 0, 0, 0,
    ]

    private static func server(_ limit: Int = 1 << 20) -> GRPCServer {
        var configuration = GRPCServer.Configuration()
        configuration.messages.maxReceivedBytes = limit
        let server = GRPCServer(configuration)
        for (name, coding) in [("Identity", Coding.identity), ("Gzip", .gzip), ("Deflate", .deflate)] {
            server.register(unary: "/c.C/\(name)") { call in
                call.replyCoding = coding
                call.reply(ReplyBody(ByteBuffer(bytes: call.message.bytes)))
            }
        }
        return server
    }

    /// Compresses with the server, for lack of another compressor here.
    private func compress(_ payload: [UInt8], _ name: String) throws -> [UInt8] {
        let peer = try ScriptedPeer(Self.server(64 << 20))
        peer.send(Frames.headers(1, flags: 4, Requests.headers("/c.C/\(name)", [("grpc-accept-encoding", "gzip,deflate")])))
        peer.send(Frames.windowUpdate(0, 1 << 28) + Frames.windowUpdate(1, 1 << 28))
        let body = Requests.message(payload)
        for start in stride(from: 0, to: body.count, by: 1 << 20) {
            peer.send(Frames.data(1, Array(body[start..<min(start + 1 << 20, body.count)])))
        }
        peer.send(Frames.data(1, [], end: true))
        let reply = peer.reply(1)
        #expect(reply.blocks.first?["grpc-encoding"] == name.lowercased())
        #expect(reply.body.first == 1)
        return try #require(reply.messages.first)
    }

    @Test(arguments: ["Gzip", "Deflate"])
    func `a coding goes both ways`(_ name: String) throws {
        for payload in [[], [1], (0..<100_000).map { UInt8(truncatingIfNeeded: $0 / 100) }] as [[UInt8]] {
            let packed = try compress(payload, name)
            let peer = try ScriptedPeer(Self.server())
            peer.send(Frames.windowUpdate(0, 1 << 20))
            peer.send(Frames.headers(1, flags: 4, Requests.headers("/c.C/Identity", [("grpc-encoding", name.lowercased())])))
            peer.send(Frames.windowUpdate(1, 1 << 20))
            peer.send(Frames.data(1, Requests.message(packed, flag: 1), end: true))
            #expect(peer.reply(1).messages == [payload])
        }
    }

    @Test func `gzip made elsewhere is understood, and an uncompressed message beside it`() throws {
        let peer = try ScriptedPeer(Self.server())
        peer.send(Frames.headers(1, flags: 4, Requests.headers("/c.C/Identity", [("grpc-encoding", "gzip")])))
        peer.send(Frames.data(1, Requests.message(Self.gzip, flag: 1), end: true))
        #expect(peer.reply(1).messages.first.map { String(decoding: $0, as: UTF8.self) } == "hello hello hello")
        peer.send(Frames.headers(3, flags: 4, Requests.headers("/c.C/Identity", [("grpc-encoding", "gzip")])))
        peer.send(Frames.data(3, Requests.message([1]), end: true))
        #expect(peer.reply(3).messages == [[1]])
    }

    @Test func `a reply is not compressed for a caller that does not accept it`() throws {
        let peer = try ScriptedPeer(Self.server())
        peer.send(Requests.unary(1, "/c.C/Gzip", [1, 2, 3], [("grpc-accept-encoding", "identity, deflate")]))
        let reply = peer.reply(1)
        #expect(reply.blocks.first?["grpc-encoding"] == nil)
        #expect(reply.body == [0, 0, 0, 0, 3, 1, 2, 3])
    }

    @Test(arguments: ["Gzip", "Deflate"])
    func `a bomb is stopped at the limit`(_ name: String) throws {
        let bomb = try compress([UInt8](repeating: 0, count: 20 << 20), name)
        #expect(bomb.count < 100_000)
        let server = Self.server(1 << 20)
        let peer = try ScriptedPeer(server)
        peer.send(Frames.headers(1, flags: 4, Requests.headers("/c.C/Identity", [("grpc-encoding", name.lowercased())])))
        peer.send(Frames.data(1, Requests.message(bomb, flag: 1), end: true))
        #expect(peer.reply(1).status == "8")
        #expect(peer.reply(1).message?.hasPrefix("Decompressed message larger than max") == true)
        #expect(server.bufferedBytes <= 4 << 20)
    }

    @Test func `a message that inflates to exactly the limit is taken`() throws {
        let payload = [UInt8](repeating: 7, count: 4096)
        let packed = try compress(payload, "Gzip")
        for (limit, status) in [(4096, "0"), (4095, "8")] {
            let peer = try ScriptedPeer(Self.server(limit))
            peer.send(Frames.headers(1, flags: 4, Requests.headers("/c.C/Identity", [("grpc-encoding", "gzip")])))
            peer.send(Frames.data(1, Requests.message(packed, flag: 1), end: true))
            #expect(peer.reply(1).status == status)
        }
    }

    @Test func `a compressed message that is cut, or followed by more, is refused`() throws {
        for bytes in [Array(Self.gzip.dropLast(3)), Self.gzip + [0]] {
            let peer = try ScriptedPeer(Self.server())
            peer.send(Frames.headers(1, flags: 4, Requests.headers("/c.C/Identity", [("grpc-encoding", "gzip")])))
            peer.send(Frames.data(1, Requests.message(bytes, flag: 1), end: true))
            #expect(peer.reply(1).status == "13")
        }
    }

    @Test func `deflate is zlib's format, and raw deflate is not`() throws {
        // zlib.compress(b"abc") and the same without head and checksum.
        let zlib: [UInt8] = [120, 156, 75, 76, 74, 6, 0, 2, 77, 1, 39]
        for (bytes, status) in [(zlib, "0"), (Array(zlib.dropFirst(2).dropLast(4)), "13")] {
            let peer = try ScriptedPeer(Self.server())
            peer.send(Frames.headers(1, flags: 4, Requests.headers("/c.C/Identity", [("grpc-encoding", "deflate")])))
            peer.send(Frames.data(1, Requests.message(bytes, flag: 1), end: true))
            #expect(peer.reply(1).status == status)
        }
    }
}
