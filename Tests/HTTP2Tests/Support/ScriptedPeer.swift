import HTTP2
import NIOCore

/// The other end of a connection under test: bytes go in, frames come out, and time passes when it is told to.
final class ScriptedPeer: ConnectionOutput {
    let loop: LoopContext
    let counters = WireCounters()
    private(set) var connection: Connection!
    private(set) var frames: [SentFrame] = []
    private(set) var isOutputClosed = false
    private(set) var isClosed = false
    private(set) var flushes = 0
    private(set) var isReading = true
    var isWritable = true
    private var bytes: [UInt8] = []
    let acceptor: TestAcceptor

    init(
        role: Connection.Role = .server, _ limits: Limits = Limits(), acceptor: TestAcceptor = TestAcceptor(), handshake: Bool = true
    ) throws {
        loop = LoopContext(now: .seconds(1000))
        self.acceptor = acceptor
        connection = try Connection(role: role, limits: limits, loop: loop, counters: counters, output: self)
        connection.acceptor = acceptor
        loop.turn { connection.start() }
        guard handshake, role == .server else { return }
        send(Frames.preface + Frames.settings + Frames.settingsAck)
        frames.removeAll()
    }

    func send(_ bytes: [UInt8]) {
        loop.turn { bytes.withUnsafeBytes { connection.receive($0) } }
    }

    /// Lets time pass; timers fire.
    func wait(_ nanoseconds: UInt64) { loop.advance(to: loop.now + nanoseconds) }

    /// Takes the frames that were sent since this was last called.
    func take() -> [SentFrame] {
        defer { frames.removeAll() }
        return frames
    }

    var goAway: SentFrame? { frames.first { $0.type == 7 } }
    func reset(_ stream: UInt32) -> SentFrame? { frames.first { $0.type == 3 && $0.stream == stream } }

    // ConnectionOutput

    func write(_ buffer: ByteBuffer) { bytes.append(contentsOf: buffer.readableBytesView) }

    func flush() {
        flushes += 1
        frames += SentFrame.parse(&bytes)
    }

    func setReading(_ isReading: Bool) { self.isReading = isReading }
    func closeOutput() { isOutputClosed = true }

    func close() {
        guard !isClosed else { return }
        isClosed = true
        loop.turn { connection.lost() }
    }
}

/// Answers every request with "200" and a body, once it is complete; keeps what it saw.
class TestAcceptor: RequestAcceptor {
    var body = "hello"
    var log: [String] = []
    /// Handlers of their own, for tests that need one.
    var makeHandler: (() -> any StreamHandler)?
    var fields: [[String]] = []

    func opened(_ stream: HTTP2Stream, headers: HeaderFields, endStream: Bool) {
        log.append("open \(stream.id)")
        fields.append(
            (0..<headers.count).map {
                String(decoding: headers.name($0), as: UTF8.self) + "=" + String(decoding: headers.value($0), as: UTF8.self)
            })
        if let makeHandler {
            stream.handler = makeHandler()
            return
        }
        let handler = TestHandler(self)
        stream.handler = handler
        if endStream { handler.receivedEnd(on: stream) }
    }

    func connectionIsDraining(_ connection: Connection) { log.append("draining") }
    func connectionMustEnd(_ connection: Connection) { log.append("must end") }
}

final class TestHandler: StreamHandler {
    private let acceptor: TestAcceptor
    init(_ acceptor: TestAcceptor) { self.acceptor = acceptor }

    func received(headers: HeaderFields, endStream: Bool, on stream: HTTP2Stream) {
        acceptor.log.append("trailers \(stream.id)")
        if endStream { receivedEnd(on: stream) }
    }

    func received(data: UnsafeRawBufferPointer, on stream: HTTP2Stream) -> Int {
        acceptor.log.append("data \(stream.id) \(data.count)")
        return data.count
    }

    func receivedEnd(on stream: HTTP2Stream) {
        acceptor.log.append("end \(stream.id)")
        var list = HeaderList()
        list.append(":status", "200")
        stream.send(headers: .list(list))
        stream.send(ByteBuffer(string: acceptor.body))
        stream.end()
    }

    func streamClosed(_ code: ErrorCode, on stream: HTTP2Stream) { acceptor.log.append("closed \(stream.id) \(code.rawValue)") }
}
