import HTTP2
import NIOCore
import WireTestSupport

extension ScriptedPeer {
    /// A server connection whose requests go to `acceptor`.
    convenience init(_ limits: Limits = Limits(), acceptor: TestAcceptor = TestAcceptor(), handshake: Bool = true) throws {
        try self.init(handshake: handshake) { peer, loop in
            let connection = try Connection(role: .server, limits: limits, loop: loop, counters: WireCounters(), output: peer)
            connection.acceptor = acceptor
            return (connection, nil)
        }
    }

    var acceptor: TestAcceptor { connection.acceptor as! TestAcceptor }
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
