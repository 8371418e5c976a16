// An echo server for transport measurements: `transport-echo [port [loops [certificate key]]]`.
import GRPC
import Glibc
import HTTP2
import NIOCore
import NIOPosix

let arguments = CommandLine.arguments
let port = arguments.count > 1 ? Int(arguments[1]) ?? 0 : 0
let loops = arguments.count > 2 ? Int(arguments[2]) ?? 1 : 1
let tls = arguments.count > 4 ? try TLSIdentity(certificateFile: arguments[3], keyFile: arguments[4]) : nil

let server = GRPCServer()
server.register(unary: "/bench.Echo/Echo") { call in
    call.reply(ReplyBody(ByteBuffer(bytes: call.message.bytes)))
}
server.register(plain: "/v2/health/live") { _ in PlainResponse(body: ByteBuffer(string: "{\"live\":true}")) }
let group = MultiThreadedEventLoopGroup(numberOfThreads: loops)
let bound = try await server.bind(host: "127.0.0.1", port: port, on: group, tls: tls)
print("listening grpc=\(bound)")
fflush(nil)
while true { try await Task.sleep(for: .seconds(3600)) }
