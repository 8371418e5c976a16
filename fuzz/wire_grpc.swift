// Any bytes at all as the body of gRPC calls, of each kind and with each coding.
import GRPC
import HTTP2
import NIOCore
import WireTestSupport

private func server() -> GRPCServer {
    var configuration = GRPCServer.Configuration()
    configuration.messages.maxReceivedBytes = 1 << 16
    configuration.messages.maxBufferedBytes = 8 << 20
    configuration.messages.maxPooledBytes = 0
    let server = GRPCServer(configuration)
    server.register(unary: "/f.F/U") { $0.reply(ReplyBody(ByteBuffer(bytes: $0.message.bytes))) }
    server.register(streaming: "/f.F/S") { call in
        call.onMessage = { call.send(ReplyBody(ByteBuffer(bytes: $0.bytes))) }
        call.onHalfClose = { call.finish() }
        call.onCancel = { call.finish(Status(.cancelled)) }
    }
    let health = HealthService()
    health.set("", .serving)
    health.register(on: server)
    return server
}

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOne(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    guard let data, count > 2 else { return 0 }
    let bytes = Array(UnsafeBufferPointer(start: data, count: count))
    let server = server()
    let peer = try! ScriptedPeer { peer, loop in
        let (connection, keep) = try server.connect(peer, loop: loop)
        return (connection, keep)
    }
    let paths = ["/f.F/U", "/f.F/S", "/grpc.health.v1.Health/Check", "/grpc.health.v1.Health/Watch"]
    let codings = ["identity", "gzip", "deflate", "br"]
    let path = paths[Int(bytes[0] & 3)]
    var fields: [(String, String)] = [
        (":method", "POST"), (":scheme", "http"), (":path", path), (":authority", "f"), ("content-type", "application/grpc"),
        ("grpc-encoding", codings[Int(bytes[0] >> 2 & 3)]),
    ]
    if bytes[0] & 16 != 0 { fields.append(("grpc-timeout", String(decoding: bytes[1...].prefix(9).map { 32 + $0 % 95 }, as: UTF8.self))) }
    if bytes[0] & 32 != 0 {
        fields.append(("x-bin", String(decoding: bytes[1...].prefix(20).map { 33 + $0 % 93 }, as: UTF8.self)))
    }
    peer.send(Frames.headers(1, flags: 4, fields))
    let body = Array(bytes.dropFirst(2))
    let piece = max(1, Int(bytes[1]) * 16)
    for start in stride(from: 0, to: body.count, by: piece) {
        peer.send(Frames.data(1, Array(body[start..<min(body.count, start + piece)])))
    }
    peer.send(Frames.data(1, [], end: true))
    // Whatever the body was, it is no fault of the connection, and the stream gets an end.
    precondition(peer.goAway == nil, "a body ended the connection")
    if bytes[0] & 3 != 3 { precondition(peer.frames.contains { $0.stream == 1 && ($0.flags & 1 == 1 || $0.type == 3) }, "no end") }
    peer.close()
    precondition(server.bufferedBytes == 0, "message memory leaks")
    return 0
}
