import HTTP2
import WireTestSupport
import Testing

/// Floods and bombs: each must meet its own limit, with the reaction and the counter that the limit names.
@Suite struct AbuseTests {
    struct Flood: Sendable, CustomTestStringConvertible {
        var name: String
        var event: WireEvent
        /// What is sent `count` times, after `prelude`.
        var frame: [UInt8]
        var prelude: [UInt8] = []
        var count: Int
        /// As many are allowed.
        var allowed: Int

        var testDescription: String { name }
    }

    static let open = Frames.headers(1, flags: 4, Frames.post)

    static let floods: [Flood] = [
        Flood(name: "SETTINGS", event: .settingsExceeded, frame: Frames.settings, count: 200, allowed: 98),
        Flood(name: "PING", event: .pingStrikesExceeded, frame: Frames.ping(), count: 200, allowed: 3),
        Flood(name: "WINDOW_UPDATE", event: .windowUpdatesExceeded, frame: Frames.windowUpdate(0, 1), count: 20_000, allowed: 9_990),
        Flood(name: "PRIORITY", event: .prioritiesExceeded, frame: Frames.priority(101, on: 0), count: 4000, allowed: 1990),
        Flood(name: "empty DATA", event: .emptyDataExceeded, frame: Frames.data(1, []), prelude: open, count: 2000, allowed: 990),
        Flood(name: "unknown frames", event: .unknownFramesExceeded, frame: Frames.frame(0xbe), count: 2000, allowed: 990),
    ]

    @Test(arguments: floods)
    func `a flood of one frame ends the connection and is counted`(_ flood: Flood) throws {
        let peer = try ScriptedPeer()
        peer.send(flood.prelude)
        for _ in 0..<flood.allowed { peer.send(flood.frame) }
        #expect(peer.goAway == nil, "the limit is not met yet")
        for _ in flood.allowed..<flood.count where peer.goAway == nil { peer.send(flood.frame) }
        #expect(peer.goAway?.code == 11)
        #expect(peer.counters.value(flood.event) == 1)
        #expect(peer.isOutputClosed)
    }

    @Test(arguments: floods)
    func `a flood in one read meets the same limit`(_ flood: Flood) throws {
        let peer = try ScriptedPeer()
        peer.send(flood.prelude + (0..<flood.count).flatMap { _ in flood.frame })
        #expect(peer.goAway?.code == 11)
        #expect(peer.counters.value(flood.event) == 1 || peer.counters.value(.outboundAcksExceeded) == 1)
    }

    @Test func `rapid reset ends the connection`() throws {
        let peer = try ScriptedPeer()
        var stream: UInt32 = 1
        while peer.goAway == nil, stream < 10_000 {
            peer.send(Frames.headers(stream, flags: 4, Frames.post) + Frames.reset(stream))
            stream += 2
        }
        #expect(peer.goAway != nil)
        #expect(stream > 1900 && stream < 2200, "the burst is a thousand resets")
    }

    @Test func `streams in error beyond the limit end the connection`() throws {
        var limits = Limits()
        limits.resetsProvoked = Limits.Rate(burst: 20, perSecond: 1)
        let peer = try ScriptedPeer(limits)
        var stream: UInt32 = 1
        while peer.goAway == nil, stream < 1000 {
            // DATA beyond its content-length: RST_STREAM(PROTOCOL_ERROR) by the session.
            peer.send(Frames.headers(stream, flags: 4, Frames.post + [("content-length", "1")]) + Frames.data(stream, [1, 2]))
            stream += 2
        }
        #expect(peer.goAway?.code == 11)
        #expect(peer.counters.value(.resetsProvokedExceeded) == 1)
        #expect(stream == 43)
    }

    @Test func `CONTINUATION without end ends the connection`() throws {
        let peer = try ScriptedPeer()
        peer.send(Frames.headers(1, flags: 1))
        for _ in 0..<8 { peer.send(Frames.frame(9, stream: 1, Frames.block([("a", "b")]))) }
        #expect(peer.goAway == nil)
        peer.send(Frames.frame(9, stream: 1, Frames.block([("a", "b")])))
        #expect(peer.goAway?.code == 11)
        #expect(peer.counters.value(.continuationsExceeded) == 1)
    }

    @Test func `a compression bomb ends the connection before it unfolds`() throws {
        let peer = try ScriptedPeer()
        // One large entry enters the dynamic table, and then a byte each names it again: 16,000 times 3.9 KB.
        let entry: [UInt8] = [0x40] + Frames.string("x") + Frames.string(String(repeating: "a", count: 3900))
        peer.send(Frames.frame(1, flags: 4, stream: 1, Frames.block(Frames.post) + entry))
        #expect(peer.goAway == nil)
        let bomb = [UInt8](repeating: 0x80 | 62, count: 16_000)
        peer.send(Frames.frame(1, flags: 4, stream: 3, Frames.block(Frames.post) + bomb))
        #expect(peer.goAway?.code == 11)
        #expect(peer.counters.value(.headerListExceeded) == 1)
        #expect(peer.acceptor.log == ["open 1", "closed 1 8"])
    }

    @Test func `a header list beyond the soft limit reaches the acceptor marked and cut`() throws {
        var limits = Limits()
        limits.maxHeaderListBytes = 1000
        let acceptor = Marker()
        let peer = try ScriptedPeer(limits, acceptor: acceptor)
        peer.send(Frames.headers(1, flags: 5, Frames.request + [("x-large", String(repeating: "a", count: 2000)), ("x-small", "b")]))
        #expect(acceptor.marks == [true])
        #expect(acceptor.fields == [[":method=GET", ":scheme=http", ":path=/", ":authority=test"]])
        #expect(peer.counters.value(.headerListRefused) == 1)
        peer.send(Frames.headers(3))
        #expect(acceptor.marks == [true, false])
    }

    private final class Marker: TestAcceptor {
        var marks: [Bool] = []
        override func opened(_ stream: HTTP2Stream, headers: HeaderFields, endStream: Bool) {
            marks.append(headers.isTooLarge)
            super.opened(stream, headers: headers, endStream: endStream)
        }
    }

    @Test func `20,000 streams meet the limit on open ones`() throws {
        let peer = try ScriptedPeer()
        var stream: UInt32 = 1
        while peer.goAway == nil, stream < 40_000 {
            peer.send(Frames.headers(stream, flags: 4, Frames.post))
            stream += 2
        }
        #expect(peer.goAway != nil)
        #expect(peer.connection.openStreams <= 256)
        #expect(stream < 2 * 260)
    }

    @Test func `replies that nobody reads are bounded`() throws {
        var limits = Limits()
        limits.maxQueuedBytes = 1_000_000
        let acceptor = TestAcceptor()
        acceptor.body = String(repeating: "x", count: 300_000)
        let peer = try ScriptedPeer(limits, acceptor: acceptor)
        for stream: UInt32 in stride(from: 1, to: 40, by: 2) { peer.send(Frames.headers(stream)) }
        #expect(peer.connection.queuedBytes < 1_400_000)
        #expect(peer.counters.value(.queuedBytesExceeded) > 0)
        #expect(peer.reset(39)?.code == 7)
        #expect(peer.goAway == nil)
        // Once the peer reads, it is served again.
        for stream: UInt32 in stride(from: 1, to: 10, by: 2) { peer.send(Frames.windowUpdate(stream, 300_000)) }
        peer.send(Frames.windowUpdate(0, 3_000_000))
        #expect(peer.connection.queuedBytes == 0)
        peer.send(Frames.headers(41))
        #expect(peer.frames.contains { $0.type == 1 && $0.stream == 41 })
    }

    @Test func `pings between answers are no abuse`() throws {
        let peer = try ScriptedPeer()
        for stream in stride(from: UInt32(1), to: 400, by: 2) { peer.send(Frames.headers(stream) + Frames.ping() + Frames.ping()) }
        #expect(peer.goAway == nil)
    }

    @Test func `useful frames earn window updates`() throws {
        let peer = try ScriptedPeer()
        for stream in stride(from: UInt32(1), to: 20_000, by: 2) {
            peer.send(Frames.headers(stream) + Frames.windowUpdate(0, 5) + Frames.windowUpdate(0, 5))
        }
        #expect(peer.goAway == nil)
    }

    @Test func `a reader that never reads meets the limit on acknowledgements`() throws {
        var limits = Limits()
        limits.settings = Limits.Rate(burst: 100_000, perSecond: 1000)
        let peer = try ScriptedPeer(limits)
        peer.isWritable = false
        for _ in 0..<1500 { peer.send(Frames.settings) }
        #expect(peer.counters.value(.outboundAcksExceeded) == 1)
        #expect(!peer.isReading || peer.isOutputClosed)
    }
}
