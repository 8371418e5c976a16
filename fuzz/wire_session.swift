// Any bytes at all, as a client's side of a connection: after the preface and SETTINGS, or from the very first byte.
import GRPC
import HTTP2
import NIOCore

/// A server with a method of each kind; what it says goes nowhere.
final class Target: ConnectionOutput {
    let loop = LoopContext(now: 1_000_000_000)
    var connection: Connection!
    private var kept: AnyObject?
    private(set) var isClosed = false
    private var flushes = 0

    init(_ server: GRPCServer) throws {
        (connection, kept) = try server.connect(self, loop: loop)
        loop.turn { connection.start() }
    }

    func send(_ bytes: UnsafeRawBufferPointer) {
        guard !isClosed else { return }
        loop.turn { connection.receive(bytes) }
    }

    func write(_ buffer: ByteBuffer) {}
    func flush() { flushes += 1 }
    var isWritable: Bool { true }
    func setReading(_ isReading: Bool) {}
    func closeOutput() {}
    func close() {
        guard !isClosed else { return }
        isClosed = true
        loop.turn { connection.lost() }
    }
}

func makeServer() -> GRPCServer {
    var configuration = GRPCServer.Configuration()
    configuration.messages.maxReceivedBytes = 1 << 16
    configuration.messages.maxBufferedBytes = 8 << 20
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
    health.register(on: server)
    return server
}

let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) + [0, 0, 0, 4, 0, 0, 0, 0, 0] + [0, 0, 0, 4, 1, 0, 0, 0, 0]

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOne(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    guard let data, count > 1, let target = try? Target(makeServer()) else { return 0 }
    // The first byte says where reads are cut, and whether the handshake is part of the input.
    let control = data[0]
    if control & 0x80 == 0 { preface.withUnsafeBytes { target.send($0) } }
    let piece = control & 0x7f == 0 ? count : Int(control & 0x7f)
    var index = 1
    while index < count {
        let end = min(count, index + piece)
        target.send(UnsafeRawBufferPointer(start: data + index, count: end - index))
        if control & 1 == 1 { target.loop.advance(to: target.loop.now + 100_000_000) }
        index = end
    }
    target.loop.advance(to: target.loop.now + 40_000_000_000)
    target.close()
    return 0
}
