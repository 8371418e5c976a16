import HTTP2
import WireTestSupport
import Testing

/// What RFC 9113 asks of a server, section by section: bytes in, the error that must come of them out.
@Suite struct ConformanceTests {
    enum Outcome: Sendable {
        /// GOAWAY with one of these codes; the connection ends.
        case connectionError([UInt32])
        /// RST_STREAM on stream 1 with one of these codes, or a connection error with one of them.
        case streamError([UInt32])
        /// A response on the stream.
        case response(UInt32)
        /// A PING after it is still acknowledged.
        case ignored
        /// The connection ends, with or without a word.
        case closed
    }

    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var bytes: [UInt8]
        var outcome: Outcome
        var handshake = true

        init(_ name: String, _ bytes: [UInt8], _ outcome: Outcome, handshake: Bool = true) {
            self.name = name
            self.bytes = bytes
            self.outcome = outcome
            self.handshake = handshake
        }

        var testDescription: String { name }
    }

    private static func with(_ extra: [(String, String)], _ base: [(String, String)] = Frames.request) -> [(String, String)] { base + extra }
    private static func post(_ length: String) -> [(String, String)] { Frames.post + [("content-length", length)] }

    static let connection: [Case] = [
        Case("3.4 a preface that is none", Array("INVALID CONNECTION PREFACE\r\n\r\n".utf8), .closed, handshake: false),
        Case("3.4 a first frame that is not SETTINGS", Frames.preface + Frames.ping(), .connectionError([1]), handshake: false),
        Case("4.1 an unknown frame type", Frames.frame(0x16, [0, 0, 0, 0]), .ignored),
        Case("4.1 undefined flags", Frames.frame(6, flags: 0x16, [UInt8](repeating: 0, count: 8)), .ignored),
        Case("4.1 the reserved bit", Frames.frame(6, stream: 0x8000_0000, [UInt8](repeating: 0, count: 8)), .ignored),
        Case("4.2 DATA of the greatest size", Frames.headers(1, flags: 4, Frames.post) + Frames.data(1, [UInt8](repeating: 0, count: 1 << 14), end: true), .response(1)),
        Case("4.2 a DATA frame beyond the greatest size", Frames.headers(1, flags: 4, Frames.post) + [0x20, 0, 1, 0, 0, 0, 0, 0, 1] + [UInt8](repeating: 0, count: 64), .streamError([6])),
        Case("4.2 a HEADERS frame beyond the greatest size", [0x20, 0, 1, 1, 5, 0, 0, 0, 1] + [UInt8](repeating: 0, count: 64), .connectionError([6])),
        Case("4.2 a HEADERS frame just beyond the greatest size", Frames.frame(1, flags: 5, stream: 1, Frames.block(Frames.request + [("x", String(repeating: "x", count: 17_000))])), .connectionError([6])),
        Case("4.3 a header block that is no HPACK", Frames.frame(1, flags: 5, stream: 1, [0x85, 0xf2, 0xb2, 0x4a, 0x84, 0xff, 0x84, 0x49, 0x50, 0x9f, 0xff]), .connectionError([9])),
        Case("4.3 a PRIORITY frame inside a header block", Frames.headers(1, flags: 1) + Frames.priority(1, on: 0), .connectionError([1])),
        Case("4.3 HEADERS of another stream inside a header block", Frames.headers(1, flags: 1) + Frames.headers(3), .connectionError([1])),
        Case("4.3 an index beyond the tables", Frames.frame(1, flags: 5, stream: 1, Frames.block(Frames.request) + [0xff, 0x20]), .connectionError([9])),
        Case("4.3 a table size above the setting", Frames.frame(1, flags: 5, stream: 1, [0x3f, 0xe2, 0x1f] + Frames.block(Frames.request)), .connectionError([9])),
        Case("4.3 a table size change at the end of a block", Frames.frame(1, flags: 5, stream: 1, Frames.block(Frames.request) + [0x20]), .connectionError([9])),
        Case("5.5 an extension frame inside a header block", Frames.headers(1, flags: 1) + Frames.frame(0x16, stream: 1, [0]), .connectionError([1])),
        Case("5.4.1 an invalid PING ends the connection", Frames.frame(6, [0, 0, 0]), .connectionError([6])),
    ]

    static let states: [Case] = [
        Case("5.1 idle: DATA", Frames.data(1, [1], end: true), .connectionError([1])),
        Case("5.1 idle: RST_STREAM", Frames.reset(1), .connectionError([1])),
        Case("5.1 idle: WINDOW_UPDATE", Frames.windowUpdate(1, 100), .connectionError([1])),
        Case("5.1 idle: CONTINUATION", Frames.frame(9, flags: 4, stream: 1, Frames.block(Frames.request)), .connectionError([1])),
        Case("5.1 half-closed: DATA", Frames.headers(1, flags: 5, Frames.post) + Frames.data(1, [1], end: true), .streamError([5])),
        Case("5.1 half-closed: HEADERS", Frames.headers(1, flags: 5) + Frames.headers(1, flags: 5), .streamError([5, 1])),
        Case("5.1 half-closed: CONTINUATION", Frames.headers(1, flags: 5) + Frames.frame(9, flags: 4, stream: 1, []), .streamError([5, 1])),
        Case("5.1 closed by RST_STREAM: CONTINUATION", Frames.headers(1, flags: 4, Frames.post) + Frames.reset(1) + Frames.frame(9, flags: 4, stream: 1, []), .streamError([5, 1])),
        Case("5.1 closed: CONTINUATION", Frames.headers(1, flags: 5) + Frames.frame(9, flags: 4, stream: 1, []), .streamError([5, 1])),
        Case("5.1 closed: WINDOW_UPDATE", Frames.headers(1, flags: 5) + Frames.windowUpdate(1, 100), .ignored),
        Case("5.1 closed: PRIORITY", Frames.headers(1, flags: 5) + Frames.priority(1, on: 0), .ignored),
        Case("5.1.1 an even stream identifier", Frames.headers(2), .connectionError([1])),
        Case("5.1.1 a smaller stream identifier", Frames.headers(5) + Frames.headers(3), .connectionError([1])),
        Case("5.3.1 HEADERS that depend on themselves", Frames.frame(1, flags: 0x25, stream: 1, Frames.word(1) + [255] + Frames.block(Frames.request)), .streamError([1])),
        Case("5.3.1 PRIORITY that depends on itself", Frames.headers(1, flags: 4, Frames.post) + Frames.priority(1, on: 1), .streamError([1])),
    ]

    static let frames: [Case] = [
        Case("6.1 DATA on stream 0", Frames.data(0, [1]), .connectionError([1])),
        Case("6.1 DATA with too much padding", Frames.headers(1, flags: 4, Frames.post) + Frames.frame(0, flags: 9, stream: 1, [6, 0, 0, 0, 0, 0]), .connectionError([1])),
        Case("6.1 padded DATA", Frames.headers(1, flags: 4, Frames.post) + Frames.frame(0, flags: 9, stream: 1, [5, 1, 0, 0, 0, 0, 0]), .response(1)),
        Case("6.2 HEADERS without END_HEADERS, then PRIORITY", Frames.headers(1, flags: 1) + Frames.priority(1, on: 0), .connectionError([1])),
        Case("6.2 HEADERS on stream 0", Frames.headers(0), .connectionError([1])),
        Case("6.2 HEADERS with too much padding", Frames.frame(1, flags: 0xd, stream: 1, [200] + Frames.block(Frames.request)), .connectionError([1])),
        Case("6.2 padded HEADERS with priority", Frames.frame(1, flags: 0x2d, stream: 1, [2] + Frames.word(0) + [15] + Frames.block(Frames.request) + [0, 0]), .response(1)),
        Case("6.3 PRIORITY on stream 0", Frames.priority(0, on: 1), .connectionError([1])),
        Case("6.3 PRIORITY of the wrong length", Frames.headers(1, flags: 4, Frames.post) + Frames.frame(2, stream: 1, [0, 0, 0, 1]), .streamError([6])),
        Case("6.4 RST_STREAM on stream 0", Frames.reset(0), .connectionError([1])),
        Case("6.4 RST_STREAM of the wrong length", Frames.headers(1, flags: 4, Frames.post) + Frames.frame(3, stream: 1, [0, 0, 0]), .connectionError([6])),
        Case("6.5 SETTINGS with ACK and a payload", Frames.frame(4, flags: 1, [0]), .connectionError([6])),
        Case("6.5 SETTINGS on a stream", Frames.frame(4, stream: 1, Frames.setting(3, 100)), .connectionError([1])),
        Case("6.5 SETTINGS of the wrong length", Frames.frame(4, [0, 3, 0]), .connectionError([6])),
        Case("6.5.2 ENABLE_PUSH of 2", Frames.frame(4, Frames.setting(2, 2)), .connectionError([1])),
        Case("6.5.2 INITIAL_WINDOW_SIZE beyond the greatest", Frames.frame(4, Frames.setting(4, 0x8000_0000)), .connectionError([3])),
        Case("6.5.2 MAX_FRAME_SIZE below the least", Frames.frame(4, Frames.setting(5, 16383)), .connectionError([1])),
        Case("6.5.2 MAX_FRAME_SIZE beyond the greatest", Frames.frame(4, Frames.setting(5, 1 << 24)), .connectionError([1])),
        Case("6.5.2 an unknown setting", Frames.frame(4, Frames.setting(0xff, 1)), .ignored),
        Case("6.7 PING on a stream", Frames.frame(6, stream: 1, [UInt8](repeating: 0, count: 8)), .connectionError([1])),
        Case("6.7 PING with ACK", Frames.frame(6, flags: 1, [UInt8](repeating: 0, count: 8)), .ignored),
        Case("6.8 GOAWAY on a stream", Frames.frame(7, stream: 1, Frames.word(0) + Frames.word(0)), .connectionError([1])),
        Case("6.9 WINDOW_UPDATE of 0", Frames.windowUpdate(0, 0), .connectionError([1])),
        Case("6.9 WINDOW_UPDATE of 0 on a stream", Frames.headers(1, flags: 4, Frames.post) + Frames.windowUpdate(1, 0), .streamError([1])),
        Case("6.9 WINDOW_UPDATE of the wrong length", Frames.frame(8, [0, 0, 1]), .connectionError([6])),
        Case("6.9.1 the connection's window overflows", Frames.windowUpdate(0, 0x7fff_ffff) + Frames.windowUpdate(0, 0x7fff_ffff), .connectionError([3])),
        Case("6.9.1 a stream's window overflows", Frames.headers(1, flags: 4, Frames.post) + Frames.windowUpdate(1, 0x7fff_ffff) + Frames.windowUpdate(1, 0x7fff_ffff), .streamError([3])),
        Case("6.10 CONTINUATION frames", Frames.headers(1, flags: 1, []) + Frames.frame(9, stream: 1, Frames.block(Frames.request)) + Frames.frame(9, flags: 4, stream: 1, Frames.block([("x", "y")])), .response(1)),
        Case("6.10 CONTINUATION, then another frame", Frames.headers(1, flags: 1, []) + Frames.frame(9, stream: 1, Frames.block(Frames.request)) + Frames.data(1, [1]), .connectionError([1])),
        Case("6.10 CONTINUATION on stream 0", Frames.headers(1, flags: 1, []) + Frames.frame(9, flags: 4, Frames.block(Frames.request)), .connectionError([1])),
        Case("6.10 CONTINUATION after END_HEADERS", Frames.headers(1, flags: 4, Frames.post) + Frames.frame(9, flags: 4, stream: 1, []), .connectionError([1])),
        Case("6.10 CONTINUATION after DATA", Frames.headers(1, flags: 4, Frames.post) + Frames.data(1, [1]) + Frames.frame(9, flags: 4, stream: 1, []), .connectionError([1])),
        Case("7 an unknown error code", Frames.headers(1, flags: 4, Frames.post) + Frames.reset(1, 0xff), .ignored),
        Case("8.2 PUSH_PROMISE from a client", Frames.frame(5, flags: 4, stream: 1, Frames.word(2) + Frames.block(Frames.request)), .connectionError([1])),
    ]

    static let messages: [Case] = [
        Case("8.1 a second HEADERS without END_STREAM", Frames.headers(1, flags: 4, Frames.post) + Frames.headers(1, flags: 4, [("x", "y")]), .streamError([1])),
        Case("8.1.2 an upper-case name", Frames.headers(1, flags: 5, with([("X-TEST", "ok")])), .streamError([1])),
        Case("8.1.2.1 an unknown pseudo-header field", Frames.headers(1, flags: 5, with([(":test", "ok")])), .streamError([1])),
        Case("8.1.2.1 a response pseudo-header field", Frames.headers(1, flags: 5, with([(":status", "200")])), .streamError([1])),
        Case("8.1.2.1 a pseudo-header field in trailers", Frames.headers(1, flags: 4, Frames.post) + Frames.headers(1, flags: 5, [(":method", "GET")]), .streamError([1])),
        Case("8.1.2.1 a pseudo-header field after others", Frames.headers(1, flags: 5, [("x-test", "ok")] + Frames.request), .streamError([1])),
        Case("8.1.2.2 connection", Frames.headers(1, flags: 5, with([("connection", "keep-alive")])), .streamError([1])),
        Case("8.1.2.2 te other than trailers", Frames.headers(1, flags: 5, with([("te", "trailers, deflate")])), .streamError([1])),
        Case("8.1.2.3 an empty path", Frames.headers(1, flags: 5, [(":method", "GET"), (":scheme", "http"), (":path", ""), (":authority", "t")]), .streamError([1])),
        Case("8.1.2.3 no method", Frames.headers(1, flags: 5, [(":scheme", "http"), (":path", "/"), (":authority", "t")]), .streamError([1])),
        Case("8.1.2.3 no scheme", Frames.headers(1, flags: 5, [(":method", "GET"), (":path", "/"), (":authority", "t")]), .streamError([1])),
        Case("8.1.2.3 no path", Frames.headers(1, flags: 5, [(":method", "GET"), (":scheme", "http"), (":authority", "t")]), .streamError([1])),
        Case("8.1.2.3 two methods", Frames.headers(1, flags: 5, [(":method", "GET")] + Frames.request), .streamError([1])),
        Case("8.1.2.3 two schemes", Frames.headers(1, flags: 5, [(":scheme", "http")] + Frames.request), .streamError([1])),
        Case("8.1.2.3 two paths", Frames.headers(1, flags: 5, [(":path", "/")] + Frames.request), .streamError([1])),
        Case("8.1.2.6 a content-length unlike the body", Frames.headers(1, flags: 4, post("1")) + Frames.data(1, [1, 2, 3, 4], end: true), .streamError([1])),
        Case("8.1.2.6 a content-length unlike several frames", Frames.headers(1, flags: 4, post("1")) + Frames.data(1, [1, 2]) + Frames.data(1, [1, 2], end: true), .streamError([1])),
        Case("8.1.2.6 a content-length with no body", Frames.headers(1, flags: 5, post("4")), .streamError([1])),
        Case("8.1 HEAD", Frames.headers(1, flags: 5, [(":method", "HEAD"), (":scheme", "http"), (":path", "/"), (":authority", "t")]), .response(1)),
        Case("8.1 POST with trailers", Frames.headers(1, flags: 4, Frames.post) + Frames.data(1, [1]) + Frames.headers(1, flags: 5, [("x", "y")]), .response(1)),
        Case("5.1 HEADERS while half-closed", Frames.headers(1, flags: 4, Frames.post) + Frames.data(1, [1], end: true), .response(1)),
    ]

    @Test(arguments: connection + states + frames + messages)
    func `a peer's fault gets the error of its section`(_ test: Case) throws {
        var limits = Limits()
        limits.maxFrameBytes = 1 << 14
        let peer = try ScriptedPeer(limits, handshake: test.handshake)
        // All at once, and byte by byte: where reads are cut must not matter.
        peer.send(test.bytes)
        try check(test, peer)
        let slow = try ScriptedPeer(limits, handshake: test.handshake)
        for byte in test.bytes { slow.send([byte]) }
        try check(test, slow)
    }

    private func check(_ test: Case, _ peer: ScriptedPeer) throws {
        let frames = peer.frames
        switch test.outcome {
        case .connectionError(let codes):
            let goAway = try #require(peer.goAway, "frames: \(frames)")
            #expect(codes.contains(goAway.code!))
            #expect(peer.isOutputClosed)
        case .streamError(let codes):
            let code = peer.reset(1)?.code ?? peer.goAway?.code
            #expect(code.map(codes.contains) == true, "frames: \(frames)")
        case .response(let stream):
            #expect(frames.contains { $0.type == 1 && $0.stream == stream }, "frames: \(frames)")
            #expect(peer.goAway == nil)
        case .ignored:
            peer.send(Frames.ping(7))
            #expect(peer.frames.contains(SentFrame(type: 6, flags: 1, stream: 0, payload: [UInt8](repeating: 7, count: 8))), "\(frames)")
            #expect(peer.goAway == nil)
        case .closed: #expect(peer.isOutputClosed)
        }
    }

    @Test func `HEADERS on a stream that ended both ways are a connection error`() throws {
        let peer = try ScriptedPeer()
        peer.send(Frames.headers(1))
        #expect(peer.frames.contains { $0.type == 0 && $0.flags & 1 == 1 })
        peer.send(Frames.headers(1))
        #expect(peer.goAway?.code == 5)
    }

    @Test func `DATA on a stream that ended both ways is a connection error`() throws {
        let peer = try ScriptedPeer()
        peer.send(Frames.headers(1))
        peer.send(Frames.data(1, [1], end: true))
        #expect(peer.goAway?.code == 5)
    }

    @Test func `HEADERS after the peer's own RST_STREAM are a fault of that stream`() throws {
        let peer = try ScriptedPeer()
        peer.send(Frames.headers(1, flags: 4, Frames.post) + Frames.reset(1) + Frames.headers(1))
        #expect([5, 1].contains(peer.goAway?.code ?? peer.reset(1)?.code))
    }

    @Test func `DATA after the peer's own RST_STREAM is a fault of that stream`() throws {
        let peer = try ScriptedPeer()
        peer.send(Frames.headers(1, flags: 4, Frames.post) + Frames.reset(1) + Frames.data(1, [1], end: true))
        #expect([5].contains(peer.goAway?.code ?? peer.reset(1)?.code))
    }

    @Test func `a stream beyond the acknowledged limit is refused`() throws {
        var limits = Limits()
        limits.maxConcurrentStreams = 2
        let peer = try ScriptedPeer(limits)
        for stream: UInt32 in [1, 3, 5] { peer.send(Frames.headers(stream, flags: 4, Frames.post)) }
        #expect([1, 7].contains(peer.reset(5)?.code ?? peer.goAway?.code))
    }

    @Test func `a window of one byte gets one byte of DATA`() throws {
        let peer = try ScriptedPeer(handshake: false)
        peer.send(Frames.preface + Frames.frame(4, Frames.setting(4, 1)) + Frames.settingsAck)
        peer.send(Frames.headers(1))
        let data = peer.take().filter { $0.type == 0 }
        #expect(data.map(\.payload.count) == [1])
        peer.send(Frames.frame(4, Frames.setting(4, 2)))
        #expect(peer.take().filter { $0.type == 0 }.map(\.payload.count) == [1])
        peer.send(Frames.windowUpdate(1, 100))
        #expect(peer.take().filter { $0.type == 0 }.map(\.payload.count) == [3])
    }

    @Test func `a window below zero is filled before DATA goes on`() throws {
        let peer = try ScriptedPeer(handshake: false)
        peer.send(Frames.preface + Frames.frame(4, Frames.setting(4, 3)) + Frames.settingsAck)
        peer.send(Frames.headers(1))
        #expect(peer.take().filter { $0.type == 0 }.map(\.payload.count) == [3])
        peer.send(Frames.frame(4, Frames.setting(4, 2)))
        peer.send(Frames.windowUpdate(1, 2))
        #expect(peer.take().filter { $0.type == 0 }.map(\.payload.count) == [1])
    }
}
