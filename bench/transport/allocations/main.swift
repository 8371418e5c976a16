// Counts what the wire asks the allocator for, per unary call in steady state. Exits with 1 when it is more than nothing.
import CAllocations
import GRPC
import Glibc
import HTTP2
import NIOCore

/// The far end of a connection: forgets what it is sent.
final class Sink: ConnectionOutput {
    var bytes = 0
    func write(_ buffer: ByteBuffer) { bytes += buffer.readableBytes }
    func flush() {}
    var isWritable: Bool { true }
    func setReading(_ isReading: Bool) {}
    func closeOutput() {}
    func close() {}
}

func frame(_ type: UInt8, _ flags: UInt8, _ stream: UInt32, _ payload: [UInt8]) -> [UInt8] {
    [0, UInt8(payload.count >> 8), UInt8(payload.count & 255), type, flags]
        + [UInt8(stream >> 24), UInt8(stream >> 16 & 255), UInt8(stream >> 8 & 255), UInt8(stream & 255)] + payload
}

func field(_ name: String, _ value: String) -> [UInt8] {
    [0, UInt8(name.utf8.count)] + Array(name.utf8) + [UInt8(value.utf8.count)] + Array(value.utf8)
}

/// In a function of its own, so that nothing is a global.
func measure() throws -> Int32 {
    let reply = ReplyBody(ByteBuffer(repeating: 7, count: 101))
    let server = GRPCServer()
    server.register(unary: "/bench.Echo/Echo") { $0.reply(reply) }
    let sink = Sink()
    let loop = LoopContext(now: 1_000_000_000)
    let (connection, keep) = try server.connect(sink, loop: loop)
    loop.turn { connection.start() }

    func send(_ bytes: [UInt8]) {
        loop.turn { bytes.withUnsafeBytes { connection.receive($0) } }
    }

    send(Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) + frame(4, 0, 0, []) + frame(4, 1, 0, []))
    // The peer's window is kept open.
    let grant = frame(8, 0, 0, [0x3f, 0xff, 0xff, 0xff])
    send(grant)

    let block =
        field(":method", "POST") + field(":scheme", "http") + field(":path", "/bench.Echo/Echo") + field(":authority", "bench")
        + field("te", "trailers") + field("content-type", "application/grpc") + field("user-agent", "bench/1")
        + field("grpc-timeout", "10S")
    let body: [UInt8] = [0, 0, 0, 0, 101] + [UInt8](repeating: 7, count: 101)
    let warmUp = 2000
    let calls = 20_000
    // All requests are made before the counting begins.
    let requests = (0..<warmUp + calls).map { index -> [UInt8] in
        let stream = UInt32(2 * index + 1)
        return frame(1, 4, stream, block) + frame(0, 1, stream, body)
    }
    for request in requests[..<warmUp] { send(request) }
    let before = martlet_allocation_count()
    let bytesBefore = sink.bytes
    for index in warmUp..<warmUp + calls { send(requests[index]) }
    let count = martlet_allocation_count() - before
    precondition(sink.bytes - bytesBefore > calls * 101, "the calls were not answered")
    print("\(count) allocations in \(calls) calls: \(Double(count) / Double(calls)) each")
    withExtendedLifetime(keep) {}
    return count > calls / 100 ? 1 : 0
}

exit(try measure())
