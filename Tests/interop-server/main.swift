// The server of gRPC's interoperability suites: grpc.testing.TestService, and what the acceptance scripts need besides.
// For tests only: `interop-server [port] [--socket PATH] [--tls CERT KEY [CA]] [--tokens FILE]`.
import GRPC
import Glibc
import HTTP2
import NIOCore
import NIOPosix

ProcessMemory.returnLargeBlocks()
let options = try Options(CommandLine.arguments.dropFirst())
var configuration = GRPCServer.Configuration()
if let file = options.tokenFile { configuration.authorizer = try TokenAuthorizer(file: file) }
configuration.limits.maxConnectionAge = options.maxAgeSeconds * 1_000_000_000
configuration.limits.maxConnectionAgeGrace = 5_000_000_000
let server = GRPCServer(configuration)
let health = HealthService()
health.set("", .serving)
health.set("grpc.testing.TestService", .serving)
health.register(on: server)
TestService().register(on: server)
ReflectionService(source: IndexedDescriptors(), services: { ["grpc.health.v1.Health", "grpc.testing.TestService"] }).register(on: server)
server.register(plain: "/v2/health/live") { _ in PlainResponse(body: ByteBuffer(string: "{\"live\":true}")) }
server.register(plain: "/") { _ in PlainResponse(body: ByteBuffer(string: "{\"live\":true}")) }

let group = MultiThreadedEventLoopGroup(numberOfThreads: options.loops)
let tls = try options.tls.map { try TLSIdentity(certificateFile: $0.certificate, keyFile: $0.key, clientCAFile: $0.ca) }
let port = try await server.bind(host: "127.0.0.1", port: options.port, on: group, tls: tls, reusePort: options.reusePort)
if let path = options.socket { try await server.bind(unixSocket: path, on: group) }
print("listening grpc=\(port)")
fflush(nil)

// Ends gracefully on SIGTERM, and looks at the certificate files meanwhile.
let terminated = SignalFlag.install(SIGTERM)
while !terminated.isRaised {
    try await Task.sleep(for: .milliseconds(100))
    if let tls, (try? tls.reloadIfChanged()) == true {
        print("certificate reloaded")
        fflush(nil)
    }
}
health.drain()
await server.shutdown(grace: 5_000_000_000)
print("stopped")
for event in WireEvent.allCases where server.counters.value(event) > 0 { print("\(event)=\(server.counters.value(event))", terminator: " ") }
print("")
