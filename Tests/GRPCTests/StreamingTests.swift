import GRPC
import HTTP2
import NIOCore
import Testing
import WireTestSupport

@Suite struct StreamingTests {
    private static let path = "/test.S/Stream"

    private func server(_ handler: @escaping @Sendable (StreamingCall) -> Void) -> GRPCServer {
        let server = GRPCServer()
        server.register(streaming: Self.path, handler: handler)
        return server
    }

    private var open: [UInt8] { Frames.headers(1, flags: 4, Requests.headers(Self.path)) }

    @Test func `messages are answered as they come`() throws {
        let server = server { call in
            call.onMessage = { call.send(ReplyBody(ByteBuffer(bytes: $0.bytes))) }
            call.onHalfClose = { call.finish() }
        }
        let peer = try ScriptedPeer(server)
        peer.send(open)
        #expect(peer.reply(1).blocks.isEmpty)
        peer.send(Frames.data(1, Requests.message([1]) + Requests.message([2, 2])))
        #expect(peer.reply(1).messages == [[1], [2, 2]])
        peer.send(Frames.data(1, Requests.message([]), end: true))
        let reply = peer.reply(1)
        #expect(reply.messages == [[1], [2, 2], []])
        #expect(reply.status == "0")
        #expect(reply.reset == nil)
    }

    @Test func `an empty stream ends with a status`() throws {
        let server = server { call in call.onHalfClose = { call.finish() } }
        let peer = try ScriptedPeer(server)
        peer.send(Frames.headers(1, flags: 5, Requests.headers(Self.path)))
        #expect(peer.reply(1).status == "0")
        #expect(peer.reply(1).messages == [])
    }

    @Test func `a server that ends early resets the rest of the request`() throws {
        let server = server { call in
            call.onMessage = { _ in
                call.send(ReplyBody(ByteBuffer(bytes: [9])))
                call.finish(Status(.aborted, "enough"))
            }
        }
        let peer = try ScriptedPeer(server)
        peer.send(open + Frames.data(1, Requests.message([1])))
        let reply = peer.reply(1)
        #expect(reply.messages == [[9]])
        #expect(reply.status == "10")
        #expect(reply.reset == 0)
        peer.send(Frames.data(1, Requests.message([1])))
        #expect(peer.goAway == nil)
    }

    @Test func `a reset tells the handler`() throws {
        nonisolated(unsafe) var told = 0
        let server = server { call in
            call.onCancel = {
                told += 1
                call.finish(Status(.cancelled))
            }
        }
        let peer = try ScriptedPeer(server)
        peer.send(open + Frames.reset(1))
        #expect(told == 1)
    }

    @Test func `what is said after the end reaches nobody`() throws {
        nonisolated(unsafe) var kept: StreamingCall!
        let server = server { call in
            kept = call
            call.onHalfClose = { call.finish() }
            call.onCancel = { call.finish(Status(.cancelled)) }
        }
        let peer = try ScriptedPeer(server)
        peer.send(open + Frames.data(1, [], end: true))
        #expect(peer.reply(1).status == "0")
        #expect(kept.isCancelled)
        kept.send(ReplyBody(ByteBuffer(bytes: [1])))
        kept.finish(Status(.aborted))
        peer.send(Frames.headers(3, flags: 4, Requests.headers(Self.path)) + Frames.reset(3))
        #expect(kept.isCancelled)
        kept.finish()
        kept.resumeReading()
        #expect(peer.reply(1).blocks.count == 2)
    }

    @Test func `paused reading holds the caller back, and loses nothing`() throws {
        nonisolated(unsafe) var kept: StreamingCall!
        nonisolated(unsafe) var seen: [UInt8] = []
        nonisolated(unsafe) var ended = false
        let server = server { call in
            kept = call
            call.onMessage = { message in
                seen.append(message.bytes[0])
                call.pauseReading()
            }
            call.onHalfClose = {
                ended = true
                call.finish()
            }
        }
        let peer = try ScriptedPeer(server)
        peer.send(open)
        let big = [UInt8](repeating: 0, count: 1 << 20)
        for index: UInt8 in 1...3 { peer.send(Frames.data(1, Requests.message([index] + big.dropLast(6)))) }
        peer.send(Frames.data(1, Requests.message([4]), end: true))
        #expect(seen == [1])
        for expected in 2...4 {
            kept.resumeReading()
            #expect(seen.count == expected)
        }
        #expect(!ended)
        kept.resumeReading()
        #expect(ended)
        #expect(seen == [1, 2, 3, 4])
        #expect(peer.reply(1).status == "0")
    }

    @Test func `bytes held back are not granted to the caller`() throws {
        nonisolated(unsafe) var kept: StreamingCall!
        let server = server { call in
            kept = call
            call.pauseReading()
            call.onMessage = { _ in }
        }
        let peer = try ScriptedPeer(server)
        peer.send(open)
        // 3 MiB of a window of 4: an update would be due at half.
        for _ in 0..<3 { peer.send(Frames.data(1, [UInt8](repeating: 0, count: 1 << 20))) }
        #expect(!peer.frames.contains { $0.type == 8 && $0.stream == 1 })
        kept.resumeReading()
        #expect(peer.frames.contains { $0.type == 8 && $0.stream == 1 })
        peer.close()
    }

    @Test func `one request and many replies`() throws {
        let server = server { call in
            call.collectOneMessage { message in
                for index in 0..<message.bytes[0] { call.send(ReplyBody(ByteBuffer(bytes: [index]))) }
                call.finish()
            }
        }
        let peer = try ScriptedPeer(server)
        peer.send(open + Frames.data(1, Requests.message([3]), end: true))
        #expect(peer.reply(1).messages == [[0], [1], [2]])
        peer.send(Frames.headers(3, flags: 5, Requests.headers(Self.path)))
        #expect(peer.reply(3).status == "12")
    }

    @Test func `a status before any message is trailers only`() throws {
        let server = server { call in call.finish(Status(.permissionDenied, "no", details: [1, 2, 3, 4])) }
        let peer = try ScriptedPeer(server)
        peer.send(open)
        let reply = peer.reply(1)
        #expect(reply.isTrailersOnly)
        #expect(reply.blocks[0]["grpc-status-details-bin"] == "AQIDBA")
        #expect(reply.reset == 0)
    }

    @Test func `an idle stream is not a slow body, a message that stops half way is`() throws {
        let server = server { call in call.onMessage = { _ in } }
        let peer = try ScriptedPeer(server)
        peer.send(open + Frames.data(1, Requests.message([1])))
        for _ in 0..<20 { peer.wait(.seconds(5)) }
        #expect(peer.reset(1) == nil)
        peer.send(Frames.data(1, [0, 0, 0]))
        for _ in 0..<10 { peer.wait(.seconds(5)) }
        #expect(peer.reset(1)?.code == 8)
        peer.close()
    }
}
