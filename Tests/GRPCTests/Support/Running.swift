import GRPC
import Glibc
import HTTP2
import NIOCore
import NIOPosix
import Synchronization

/// A server on a free port of the loopback, and a client of it; both end with `stop`.
final class Running: Sendable {
    let server: GRPCServer
    let group: MultiThreadedEventLoopGroup
    let port: Int

    init(
        _ configuration: GRPCServer.Configuration = .init(), tls: TLSIdentity? = nil, loops: Int = 1, reusePort: Bool = false,
        register: (GRPCServer) -> Void = Running.registerEcho
    ) async throws {
        server = GRPCServer(configuration)
        register(server)
        group = MultiThreadedEventLoopGroup(numberOfThreads: loops)
        port = try await server.bind(host: "127.0.0.1", port: 0, on: group, tls: tls, reusePort: reusePort)
    }

    func client(_ configuration: GRPCClient.Configuration = .init()) -> GRPCClient {
        GRPCClient(.tcp(host: "127.0.0.1", port: port), on: group.next(), configuration)
    }

    func stop(_ clients: GRPCClient...) async throws {
        for client in clients { client.close() }
        await server.shutdown(grace: .milliseconds(200))
        try await group.shutdownGracefully()
    }

    static func registerEcho(_ server: GRPCServer) {
        server.register(unary: "/t.T/Echo") { $0.reply(ReplyBody(ByteBuffer(bytes: $0.message.bytes))) }
        server.register(unary: "/t.T/Fail") { $0.fail(Status(.notFound, "gone ☺", details: [1, 2])) }
        server.register(unary: "/t.T/Park") { call in
            call.onCancel = { call.fail(Status(.cancelled)) }
        }
        server.register(unary: "/t.T/Peer") { call in
            call.reply(ReplyBody(ByteBuffer(string: call.peer.certificateName ?? "nobody")))
        }
        server.register(streaming: "/t.T/Chat") { call in
            call.onMessage = { call.send(ReplyBody(ByteBuffer(bytes: $0.bytes))) }
            call.onHalfClose = { call.finish() }
            call.onCancel = { call.finish(Status(.cancelled)) }
        }
        server.register(streaming: "/t.T/Count") { call in
            call.collectOneMessage { message in
                for index in 0..<message.bytes[0] { call.send(ReplyBody(ByteBuffer(bytes: [index]))) }
                call.finish()
            }
        }
    }
}

/// A folder of files that a test needs, removed with the value.
final class TemporaryFolder: Sendable {
    let path: String

    init() {
        path = "/tmp/martlet-test-\(UInt64.random(in: 0 ... .max))"
        mkdir(path, 0o700)
    }

    deinit {
        for name in ["a", "b", "c", "d", "e", "s"] { unlink(path + "/" + name) }
        rmdir(path)
    }

    /// Writes a new file in place of an old one.
    @discardableResult
    func write(_ name: String, _ text: String) -> String {
        let file = fopen(path + "/" + name + ".new", "w")!
        fputs(text, file)
        fclose(file)
        rename(path + "/" + name + ".new", path + "/" + name)
        return path + "/" + name
    }
}
