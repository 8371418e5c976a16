import HTTP2
import WireTestSupport
import Testing

/// What a connection does as time passes: no sleeping, the clock is told.
@Suite struct TimerTests {
    @Test func `a silent peer is closed at the preface timeout`() throws {
        let peer = try ScriptedPeer(handshake: false)
        peer.wait(.seconds(9))
        #expect(!peer.isClosed)
        peer.wait(.seconds(1))
        #expect(peer.isClosed)
        #expect(peer.counters.value(.prefaceTimedOut) == 1)
    }

    @Test func `SETTINGS that are never acknowledged end the connection`() throws {
        let peer = try ScriptedPeer(handshake: false)
        peer.send(Frames.preface + Frames.settings)
        peer.wait(.seconds(30))
        #expect(peer.goAway?.code == 4)
        #expect(peer.counters.value(.settingsAckTimedOut) == 1)
    }

    @Test func `a header block that trickles in is given up`() throws {
        let peer = try ScriptedPeer()
        let bytes = Frames.headers(1)
        for byte in bytes.prefix(11) {
            peer.send([byte])
            peer.wait(.seconds(1))
        }
        #expect(peer.goAway?.code == 11)
        #expect(peer.counters.value(.headersTimedOut) == 1)
    }

    @Test func `a header block in time clears the timer`() throws {
        let peer = try ScriptedPeer()
        let bytes = Frames.headers(1)
        peer.send(Array(bytes.prefix(12)))
        peer.wait(.seconds(9))
        peer.send(Array(bytes.dropFirst(12)))
        peer.wait(.seconds(20))
        #expect(peer.goAway == nil)
    }

    @Test func `an idle connection ends, one with an open request does not`() throws {
        var limits = Limits()
        limits.idleTimeout = .seconds(100)
        let idle = try ScriptedPeer(limits)
        idle.send(Frames.headers(1))
        idle.wait(.seconds(99))
        #expect(idle.goAway == nil)
        idle.wait(.seconds(2))
        #expect(idle.goAway?.code == 0)
        #expect(idle.counters.value(.idleClosed) == 1)

        let busy = try ScriptedPeer(limits)
        busy.send(Frames.headers(1, flags: 4, Frames.post))
        busy.wait(.seconds(500))
        #expect(busy.goAway == nil)
        busy.send(Frames.data(1, [1], end: true))
        busy.wait(.seconds(99))
        #expect(busy.goAway == nil)
        busy.wait(.seconds(2))
        #expect(busy.goAway?.code == 0)
    }

    @Test func `a keepalive ping that nobody answers closes the connection`() throws {
        var limits = Limits()
        limits.keepaliveInterval = .seconds(50)
        limits.keepaliveTimeout = .seconds(5)
        let peer = try ScriptedPeer(limits)
        peer.wait(.seconds(50))
        let ping = try #require(peer.take().first { $0.type == 6 })
        peer.send(Frames.frame(6, flags: 1, ping.payload))
        peer.wait(.seconds(40))
        #expect(!peer.isClosed)
        peer.wait(.seconds(10))
        #expect(peer.frames.contains { $0.type == 6 })
        peer.wait(.seconds(5))
        #expect(peer.isClosed)
        #expect(peer.counters.value(.keepaliveTimedOut) == 1)
    }

    @Test func `old age is told in two phases, and what is open is finished`() throws {
        var limits = Limits()
        limits.maxConnectionAge = .seconds(100)
        let peer = try ScriptedPeer(limits)
        peer.send(Frames.headers(1, flags: 4, Frames.post))
        peer.wait(.seconds(100))
        let first = peer.take()
        let notice = try #require(first.first { $0.type == 7 })
        #expect(notice.word(at: 0) == 0x7fff_ffff)
        #expect(notice.code == 0)
        let ping = try #require(first.first { $0.type == 6 })
        // A request that crossed the notice is served.
        peer.send(Frames.headers(3))
        #expect(peer.take().contains { $0.type == 1 && $0.stream == 3 })
        peer.send(Frames.frame(6, flags: 1, ping.payload))
        let second = try #require(peer.take().first { $0.type == 7 })
        #expect(second.word(at: 0) == 3)
        #expect(second.code == 0)
        #expect(!peer.isOutputClosed)
        peer.send(Frames.data(1, [1], end: true))
        #expect(peer.take().contains { $0.type == 1 && $0.stream == 1 })
        #expect(peer.isOutputClosed)
        #expect(peer.acceptor.log.contains("draining"))
    }

    @Test func `requests that outlive the grace are ended`() throws {
        var limits = Limits()
        limits.maxConnectionAge = .seconds(100)
        limits.maxConnectionAgeGrace = .seconds(10)
        let peer = try ScriptedPeer(limits)
        peer.send(Frames.headers(1, flags: 4, Frames.post))
        peer.wait(.seconds(100))
        peer.wait(.seconds(9))
        #expect(!peer.isOutputClosed)
        peer.wait(.seconds(1))
        #expect(peer.acceptor.log.contains("must end"))
        #expect(peer.isOutputClosed)
        peer.wait(.seconds(1))
        #expect(peer.isClosed)
    }

    @Test func `a reply that the peer does not take is reset`() throws {
        let acceptor = TestAcceptor()
        acceptor.body = String(repeating: "x", count: 100_000)
        let peer = try ScriptedPeer(acceptor: acceptor)
        peer.send(Frames.headers(1))
        #expect(peer.take().filter { $0.type == 0 }.map(\.payload.count).reduce(0, +) == 65_535)
        for _ in 0..<11 { peer.wait(.seconds(5)) }
        #expect(peer.reset(1) == nil)
        for _ in 0..<3 { peer.wait(.seconds(5)) }
        #expect(peer.reset(1)?.code == 8)
        #expect(peer.counters.value(.stalledStreams) == 1)
    }

    @Test func `a slow reader that does read is left alone`() throws {
        let acceptor = TestAcceptor()
        acceptor.body = String(repeating: "x", count: 100_000)
        let peer = try ScriptedPeer(acceptor: acceptor)
        peer.send(Frames.headers(1))
        for _ in 0..<30 {
            peer.wait(.seconds(5))
            peer.send(Frames.windowUpdate(0, 1) + Frames.windowUpdate(1, 1))
        }
        #expect(peer.reset(1) == nil)
    }

    @Test func `a socket that takes nothing is closed`() throws {
        let peer = try ScriptedPeer()
        peer.isWritable = false
        peer.send(Frames.headers(1))
        #expect(!peer.isReading)
        peer.wait(.seconds(29))
        #expect(!peer.isClosed)
        peer.wait(.seconds(1))
        #expect(peer.isClosed)
        #expect(peer.counters.value(.stalledWrites) == 1)
    }

    @Test func `a socket that takes bytes again is read again`() throws {
        let peer = try ScriptedPeer()
        peer.isWritable = false
        peer.send(Frames.headers(1))
        peer.isWritable = true
        peer.loop.turn { peer.connection.writabilityChanged() }
        #expect(peer.isReading)
        #expect(peer.frames.contains { $0.type == 1 })
        peer.wait(.seconds(60))
        #expect(!peer.isClosed)
    }
}
