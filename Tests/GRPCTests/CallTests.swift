import GRPC
import HTTP2
import NIOCore
import Synchronization
import Testing
import WireTestSupport

/// Calls that go well, that are given up, and that come too late.
@Suite struct CallTests {
    private static let path = "/test.S/M"

    /// A unary server whose handler parks its call.
    private final class Parked: Sendable {
        let calls = Mutex<[UnaryCall]>([])
        let cancelled = Atomic<Int>(0)
        let server: GRPCServer

        init(_ configuration: GRPCServer.Configuration = .init()) {
            server = GRPCServer(configuration)
            server.register(unary: CallTests.path) { [self] call in
                call.onCancel = { self.cancelled.wrappingAdd(1, ordering: .relaxed) }
                calls.withLock { $0.append(call) }
            }
        }

        func take() -> UnaryCall { calls.withLock { $0.removeFirst() } }
        var cancellations: Int { cancelled.load(ordering: .relaxed) }
    }

    @Test func `a reply has headers, one message and trailers`() throws {
        let parked = Parked()
        let peer = try ScriptedPeer(parked.server)
        peer.send(Requests.unary(1, Self.path, [1, 2, 3], [("x-a", "1"), ("x-a", "2"), ("y-bin", "AAH/")]))
        let call = parked.take()
        #expect(Array(call.message.bytes) == [1, 2, 3])
        #expect(call.metadata.values("x-a") == ["1", "2"])
        #expect(call.metadata.binaryValues("y-bin") == [[0, 1, 255]])
        #expect(call.metadata["te"] == nil)
        var initial = Metadata()
        initial.append("x-initial", "i")
        var trailing = Metadata()
        trailing.append("x-trailing-bin", binary: [0, 1, 255])
        call.reply(ReplyBody(ByteBuffer(bytes: [4]), [ByteBuffer(bytes: [5, 6])]), initial: initial, trailing: trailing)
        let reply = peer.reply(1)
        #expect(reply.blocks.count == 2)
        #expect(reply.blocks[0]["x-initial"] == "i")
        #expect(reply.blocks[0]["grpc-accept-encoding"] == "identity, deflate, gzip")
        #expect(reply.blocks[1] == ["grpc-status": "0", "x-trailing-bin": "AAH/"])
        #expect(reply.messages == [[4, 5, 6]])
        #expect(reply.ended)
        #expect(reply.reset == nil)
    }

    @Test func `messages arrive whole wherever DATA is cut`() throws {
        let payload = (0..<5000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        for size in [1, 2, 4, 5, 6, 999, 5004, 5005] {
            let parked = Parked()
            let peer = try ScriptedPeer(parked.server)
            peer.send(Frames.headers(1, flags: 4, Requests.headers(Self.path)))
            let body = Requests.message(payload)
            for start in stride(from: 0, to: body.count, by: size) {
                peer.send(Frames.data(1, Array(body[start..<min(start + size, body.count)])))
            }
            peer.send(Frames.data(1, [], end: true))
            let call = parked.take()
            #expect(Array(call.message.bytes) == payload)
            call.fail(.ok)
        }
    }

    @Test func `a caller that resets is told of to the handler once, and answered by nobody`() throws {
        let parked = Parked()
        let peer = try ScriptedPeer(parked.server)
        peer.send(Requests.unary(1, Self.path))
        let call = parked.take()
        #expect(!call.isCancelled)
        peer.send(Frames.reset(1))
        #expect(call.isCancelled)
        #expect(parked.cancellations == 1)
        call.reply(ReplyBody(ByteBuffer(bytes: [1])))
        #expect(peer.reply(1).blocks.isEmpty)
        #expect(parked.cancellations == 1)
    }

    @Test func `a lost connection cancels its calls`() throws {
        let parked = Parked()
        let peer = try ScriptedPeer(parked.server)
        peer.send(Requests.unary(1, Self.path) + Requests.unary(3, Self.path))
        peer.close()
        #expect(parked.cancellations == 2)
        parked.take().reply(ReplyBody(ByteBuffer()))
        parked.take().fail(Status(.aborted))
    }

    @Test func `a deadline answers for the handler, and tells it`() throws {
        let parked = Parked()
        let peer = try ScriptedPeer(parked.server)
        peer.send(Requests.unary(1, Self.path, [1], [("grpc-timeout", "100m")]))
        let call = parked.take()
        #expect(call.callDeadline == peer.loop.now + .milliseconds(100))
        peer.wait(.milliseconds(99))
        #expect(peer.reply(1).blocks.isEmpty)
        peer.wait(.milliseconds(1))
        let reply = peer.reply(1)
        #expect(reply.isTrailersOnly)
        #expect(reply.status == "4")
        #expect(reply.message == "Deadline Exceeded")
        #expect(reply.reset == nil)
        #expect(call.isCancelled)
        #expect(parked.cancellations == 1)
        call.reply(ReplyBody(ByteBuffer(bytes: [1])))
        #expect(peer.reply(1).blocks.count == 1)
    }

    @Test func `a deadline that passes while the request is sent ends the stream`() throws {
        let parked = Parked()
        let peer = try ScriptedPeer(parked.server)
        peer.send(Frames.headers(1, flags: 4, Requests.headers(Self.path, [("grpc-timeout", "1S")])))
        peer.wait(.seconds(1))
        let reply = peer.reply(1)
        #expect(reply.status == "4")
        #expect(reply.reset == 0)
        #expect(parked.calls.withLock { $0.isEmpty })
    }

    @Test func `an answered call's deadline is no more`() throws {
        let parked = Parked()
        let peer = try ScriptedPeer(parked.server)
        peer.send(Requests.unary(1, Self.path, [1], [("grpc-timeout", "1S")]))
        parked.take().reply(ReplyBody(ByteBuffer(bytes: [1])))
        peer.send(Requests.unary(3, Self.path, [1], [("grpc-timeout", "5S")]))
        let second = parked.take()
        peer.wait(.seconds(2))
        #expect(!second.isCancelled)
        peer.wait(.seconds(3))
        #expect(second.isCancelled)
        second.fail(Status(.cancelled))
    }

    @Test func `a kept message outlives its call`() throws {
        let parked = Parked()
        let peer = try ScriptedPeer(parked.server)
        peer.send(Requests.unary(1, Self.path, [1, 2, 3]))
        let call = parked.take()
        let kept: MessageBuffer = call.message
        call.reply(ReplyBody(ByteBuffer()))
        for stream in stride(from: UInt32(3), to: 41, by: 2) {
            peer.send(Requests.unary(stream, Self.path, [9, 9, 9]))
            parked.take().reply(ReplyBody(ByteBuffer()))
        }
        #expect(Array(kept.bytes) == [1, 2, 3])
    }

    @Test func `a body that trickles in is reset`() throws {
        let parked = Parked()
        let peer = try ScriptedPeer(parked.server)
        peer.send(Frames.headers(1, flags: 4, Requests.headers(Self.path)) + Frames.data(1, [0, 0, 0, 0xff, 0xff]))
        for _ in 0..<25 where peer.reset(1) == nil {
            peer.send(Frames.data(1, [0]))
            peer.wait(.seconds(1))
        }
        #expect(peer.reset(1)?.code == 8)
        #expect(peer.counters.value(.slowBodies) == 1)
    }

    @Test func `a slow handler is not a slow body`() throws {
        let parked = Parked()
        let peer = try ScriptedPeer(parked.server)
        peer.send(Requests.unary(1, Self.path))
        for _ in 0..<100 { peer.wait(.seconds(5)) }
        #expect(peer.reset(1) == nil)
        parked.take().reply(ReplyBody(ByteBuffer()))
        #expect(peer.reply(1).status == "0")
    }

    @Test func `message memory has one budget for all`() throws {
        var configuration = GRPCServer.Configuration()
        configuration.messages.maxBufferedBytes = 10 << 20
        let parked = Parked(configuration)
        let peer = try ScriptedPeer(parked.server)
        // Four send most of four megabytes each: two have room.
        for stream: UInt32 in [1, 3, 5, 7] {
            peer.send(Frames.headers(stream, flags: 4, Requests.headers(Self.path)))
            peer.send(Frames.data(stream, [0, 0, 0x3f, 0, 0] + [UInt8](repeating: 7, count: 3_500_000)))
        }
        #expect([1, 3, 5, 7].map { peer.reply($0).status } == [nil, nil, "8", "8"])
        #expect(parked.server.bufferedBytes <= 10 << 20)
        peer.close()
    }

    @Test func `requests that outlive the grace get a status`() throws {
        var configuration = GRPCServer.Configuration()
        configuration.limits.maxConnectionAge = .seconds(100)
        configuration.limits.maxConnectionAgeGrace = .seconds(10)
        let parked = Parked(configuration)
        let peer = try ScriptedPeer(parked.server)
        peer.send(Requests.unary(1, Self.path))
        peer.wait(.seconds(115))
        peer.wait(.seconds(15))
        #expect(peer.reply(1).status == "14")
        #expect(peer.goAway != nil)
        #expect(peer.isOutputClosed)
        parked.take().fail(Status(.aborted))
    }

    @Test func `an interceptor refuses before the body is read`() throws {
        struct Gate: Authorizer {
            func refuse(path: String, scope: Scope, authorization: UnsafeRawBufferPointer?, peer: PeerIdentity) -> Status? {
                authorization.map { String(decoding: $0, as: UTF8.self) } == "Bearer yes" ? nil : Status(.unauthenticated, "no")
            }
        }
        var configuration = GRPCServer.Configuration()
        configuration.authorizer = Gate()
        let parked = Parked(configuration)
        let peer = try ScriptedPeer(parked.server)
        peer.send(Frames.headers(1, flags: 4, Requests.headers(Self.path)))
        #expect(peer.reply(1).status == "16")
        peer.send(Requests.unary(3, Self.path, [1], [("authorization", "Bearer yes")]))
        parked.take().reply(ReplyBody(ByteBuffer()))
        #expect(peer.reply(3).status == "0")
    }
}
