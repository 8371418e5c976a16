import HTTP2
import WireTestSupport
import NIOCore
import Testing

/// What flows, and when it must not.
@Suite struct FlowTests {
    /// Takes bytes without letting the peer send them anew.
    private final class Hoarder: StreamHandler {
        var taken = 0
        var stream: HTTP2Stream?
        func received(headers: HeaderFields, endStream: Bool, on stream: HTTP2Stream) {}
        func received(data: UnsafeRawBufferPointer, on stream: HTTP2Stream) -> Int {
            self.stream = stream
            taken += data.count
            return 0
        }
        func receivedEnd(on stream: HTTP2Stream) {}
        func streamClosed(_ code: ErrorCode, on stream: HTTP2Stream) { self.stream = nil }
    }

    @Test func `a consumer that holds back gets no more than the window`() throws {
        var limits = Limits()
        limits.streamWindowBytes = 100_000
        let hoarder = Hoarder()
        let acceptor = TestAcceptor()
        acceptor.makeHandler = { hoarder }
        let peer = try ScriptedPeer(limits, acceptor: acceptor)
        peer.send(Frames.headers(1, flags: 4, Frames.post))
        for _ in 0..<10 { peer.send(Frames.data(1, [UInt8](repeating: 0, count: 10_000))) }
        #expect(hoarder.taken == 100_000)
        #expect(!peer.take().contains { $0.type == 8 && $0.stream == 1 })
        peer.loop.turn { hoarder.stream?.consume(60_000) }
        let update = try #require(peer.take().first { $0.type == 8 && $0.stream == 1 })
        #expect(update.word(at: 0) == 60_000)
        // One byte more than the window is the peer's fault.
        peer.send(Frames.data(1, [UInt8](repeating: 0, count: 60_001)))
        #expect((peer.reset(1)?.code ?? peer.goAway?.code) == 3)
    }

    @Test func `a closed stream gives what it owed back to the connection`() throws {
        var limits = Limits()
        limits.connectionWindowBytes = 100_000
        let acceptor = TestAcceptor()
        acceptor.makeHandler = { Hoarder() }
        let peer = try ScriptedPeer(limits, acceptor: acceptor)
        peer.send(Frames.headers(1, flags: 4, Frames.post))
        peer.send(Frames.data(1, [UInt8](repeating: 0, count: 60_000)))
        #expect(!peer.take().contains { $0.type == 8 })
        peer.send(Frames.reset(1))
        #expect(peer.take().first { $0.type == 8 && $0.stream == 0 }?.word(at: 0) == 60_000)
    }

    @Test func `the replies of one read leave in one flush`() throws {
        let peer = try ScriptedPeer()
        let before = peer.flushes
        peer.send((0..<50).flatMap { Frames.headers(UInt32(2 * $0 + 1)) })
        #expect(peer.flushes == before + 1)
        #expect(peer.frames.filter { $0.type == 1 }.count == 50)
    }

    /// Sends a lot, and notes when it is asked to pause and to go on.
    private final class Sender: StreamHandler {
        var resumed = 0
        func received(headers: HeaderFields, endStream: Bool, on stream: HTTP2Stream) {}
        func received(data: UnsafeRawBufferPointer, on stream: HTTP2Stream) -> Int { data.count }
        func receivedEnd(on stream: HTTP2Stream) {}
        func canSendMore(on stream: HTTP2Stream) { resumed += 1 }
        func streamClosed(_ code: ErrorCode, on stream: HTTP2Stream) {}
    }

    @Test func `a sender is asked to pause at the high-water mark and to go on at half of it`() throws {
        var limits = Limits()
        limits.streamSendHighWaterBytes = 100_000
        let sender = Sender()
        let acceptor = TestAcceptor()
        acceptor.makeHandler = { sender }
        let peer = try ScriptedPeer(limits, acceptor: acceptor)
        peer.send(Frames.headers(1, flags: 4, Frames.post))
        var stream: HTTP2Stream!
        peer.connection.forEachStream { stream = $0 }
        var list = HeaderList()
        list.append(":status", "200")
        peer.loop.turn {
            stream.send(headers: .list(list))
            stream.send(ByteBuffer(repeating: 7, count: 150_000))
        }
        #expect(stream.waitingBytes == 150_000 - 65_535)
        #expect(stream.isWritable)
        peer.loop.turn { stream.send(ByteBuffer(repeating: 7, count: 50_000)) }
        #expect(!stream.isWritable)
        peer.send(Frames.windowUpdate(0, 60_000) + Frames.windowUpdate(1, 60_000))
        #expect(sender.resumed == 0)
        peer.send(Frames.windowUpdate(0, 60_000) + Frames.windowUpdate(1, 60_000))
        #expect(sender.resumed == 1)
        let data = peer.frames.filter { $0.type == 0 }.flatMap(\.payload)
        #expect(data.count == 65_535 + 120_000)
        #expect(data.allSatisfy { $0 == 7 })
    }

    @Test func `large and small pieces arrive in the order they were sent`() throws {
        let acceptor = TestAcceptor()
        acceptor.makeHandler = { Sender() }
        let peer = try ScriptedPeer(acceptor: acceptor)
        peer.send(Frames.headers(1, flags: 4, Frames.post))
        var stream: HTTP2Stream!
        peer.connection.forEachStream { stream = $0 }
        var list = HeaderList()
        list.append(":status", "200")
        var expected: [UInt8] = []
        peer.loop.turn {
            stream.send(headers: .list(list))
            for (index, size) in [3, 9000, 20_000, 1, 100, 8192].enumerated() {
                stream.send(0x0102_0304_05, byteCount: 5)
                expected += [1, 2, 3, 4, 5]
                let piece = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ index) }
                stream.send(ByteBuffer(bytes: piece))
                expected += piece
            }
            stream.end()
        }
        #expect(peer.frames.filter { $0.type == 0 }.flatMap(\.payload) == expected)
        #expect(peer.frames.last { $0.type == 0 }?.flags == 1)
        // The request had not ended: the rest of it is not wanted.
        #expect(peer.reset(1)?.code == 0)
    }
}
