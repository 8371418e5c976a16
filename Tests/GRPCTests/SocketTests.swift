import GRPC
import Glibc
import HTTP2
import NIOCore
import NIOPosix
import Synchronization
import Testing

/// The server and the client on real sockets. What the bytes say is tested elsewhere; here is what sockets add.
@Suite(.timeLimit(.minutes(1))) struct SocketTests {
    private func bytes(_ message: MessageBuffer) -> [UInt8] { Array(message.bytes) }
    private func body(_ bytes: [UInt8]) -> ReplyBody { ReplyBody(ByteBuffer(bytes: bytes)) }

    @Test func `calls of every size come back as they went`() async throws {
        let running = try await Running()
        let client = running.client()
        for size in [0, 1, 1000, 65_536, 3_000_000] {
            let payload = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31) }
            #expect(bytes(try await client.unary("/t.T/Echo", body(payload))) == payload)
        }
        try await running.stop(client)
    }

    @Test func `many calls share a connection`() async throws {
        let running = try await Running(loops: 2)
        let client = running.client()
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for index in 0..<500 {
                group.addTask {
                    let payload = [UInt8(truncatingIfNeeded: index), UInt8(truncatingIfNeeded: index >> 8)]
                    return self.bytes(try await client.unary("/t.T/Echo", self.body(payload))) == payload
                }
            }
            for try await isEqual in group { #expect(isEqual) }
        }
        #expect(running.server.counters.value(.connectionsOpened) == 1)
        try await running.stop(client)
    }

    @Test func `a status arrives with its message and details`() async throws {
        let running = try await Running()
        let client = running.client()
        let status = await #expect(throws: Status.self) { try await client.unary("/t.T/Fail", self.body([])) }
        #expect(status == Status(.notFound, "gone ☺", details: [1, 2]))
        let unknown = await #expect(throws: Status.self) { try await client.unary("/t.T/Nope", self.body([])) }
        #expect(unknown?.code == .unimplemented)
        try await running.stop(client)
    }

    @Test func `a deadline ends a call on both sides`() async throws {
        let running = try await Running()
        let client = running.client()
        let status = await #expect(throws: Status.self) {
            try await client.unary("/t.T/Park", self.body([]), .init(timeout: .milliseconds(30)))
        }
        #expect(status?.code == .deadlineExceeded)
        // The connection lives on.
        #expect(bytes(try await client.unary("/t.T/Echo", body([1]))) == [1])
        try await running.stop(client)
    }

    @Test func `cancelling a task cancels its call`() async throws {
        let running = try await Running()
        let client = running.client()
        let task = Task { try await client.unary("/t.T/Park", self.body([])) }
        while running.server.counters.value(.streamsOpened) == 0 { try await Task.sleep(for: .milliseconds(1)) }
        task.cancel()
        let status = await #expect(throws: Status.self) { try await task.value }
        #expect(status?.code == .cancelled)
        while running.server.counters.value(.streamsClosed) == 0 { try await Task.sleep(for: .milliseconds(1)) }
        try await running.stop(client)
    }

    @Test func `replies may come from any thread, many at once`() async throws {
        let running = try await Running(loops: 2) { server in
            server.register(unary: "/t.T/Elsewhere") { call in
                Task.detached { call.reply(ReplyBody(ByteBuffer(bytes: call.message.bytes))) }
            }
        }
        let client = running.client()
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for index in 0..<1000 {
                group.addTask {
                    let payload = [UInt8(truncatingIfNeeded: index), UInt8(truncatingIfNeeded: index >> 8)]
                    return self.bytes(try await client.unary("/t.T/Elsewhere", self.body(payload))) == payload
                }
            }
            for try await isEqual in group { #expect(isEqual) }
        }
        try await running.stop(client)
    }

    @Test func `streams go both ways`() async throws {
        let running = try await Running()
        let client = running.client()
        var counted: [UInt8] = []
        for try await message in client.serverStream("/t.T/Count", body([5])) { counted += bytes(message) }
        #expect(counted == [0, 1, 2, 3, 4])

        let (events, continuation) = AsyncStream<[UInt8]>.makeStream()
        let call = client.start("/t.T/Chat") { _, event in
            switch event {
            case .initialMetadata: break
            case .message(let message): continuation.yield(Array(message.bytes))
            case .end(let status, _):
                continuation.yield([UInt8(status.code.rawValue), 255])
                continuation.finish()
            }
        }
        var iterator = events.makeAsyncIterator()
        for index: UInt8 in 1...3 {
            call.send(body([index]))
            #expect(await iterator.next() == [index])
        }
        call.halfClose()
        #expect(await iterator.next() == [0, 255])
        try await running.stop(client)
    }

    @Test(arguments: [Coding.gzip, .deflate])
    func `a client compresses what it is told to`(_ coding: Coding) async throws {
        let running = try await Running { server in
            server.register(unary: "/t.T/Echo") { call in
                let wasCompressed = call.messageWasCompressed
                call.replyCoding = coding
                call.reply(ReplyBody(ByteBuffer(bytes: [wasCompressed ? 1 : 0] + Array(call.message.bytes))))
            }
        }
        var configuration = GRPCClient.Configuration()
        configuration.coding = coding
        let client = running.client(configuration)
        #expect(bytes(try await client.unary("/t.T/Echo", body([7, 7, 7, 7]))) == [1, 7, 7, 7, 7])
        #expect(bytes(try await client.unary("/t.T/Echo", body([7]), .init(coding: .identity))) == [0, 7])
        try await running.stop(client)
    }

    @Test func `a Unix socket serves beside TCP, and is gone after the end`() async throws {
        let folder = TemporaryFolder()
        let running = try await Running()
        let path = folder.path + "/s"
        try await running.server.bind(unixSocket: path, on: running.group)
        let client = GRPCClient(.unix(path: path), on: running.group.next())
        #expect(bytes(try await client.unary("/t.T/Echo", body([1, 2]))) == [1, 2])
        try await running.stop(client)
        #expect(access(path, F_OK) != 0)
    }

    @Test func `every event loop may have a listener of its own`() async throws {
        let running = try await Running(loops: 2, reusePort: true)
        for _ in 0..<8 {
            let client = running.client()
            #expect(bytes(try await client.unary("/t.T/Echo", body([1]))) == [1])
            client.close()
        }
        try await running.stop()
    }

    @Test func `connections beyond the limit are closed at once`() async throws {
        var configuration = GRPCServer.Configuration()
        configuration.limits.maxConnections = 1
        let running = try await Running(configuration)
        let first = running.client()
        let second = running.client()
        #expect(bytes(try await first.unary("/t.T/Echo", body([1]))) == [1])
        let status = await #expect(throws: Status.self) { try await second.unary("/t.T/Echo", self.body([1])) }
        #expect(status?.code == .unavailable)
        #expect(running.server.counters.value(.connectionsRefused) == 1)
        try await running.stop(first, second)
    }

    @Test func `a connection that cannot be made fails its calls`() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let client = GRPCClient(.tcp(host: "127.0.0.1", port: 1), on: group.next())
        let status = await #expect(throws: Status.self) { try await client.unary("/t.T/Echo", self.body([1])) }
        #expect(status?.code == .unavailable)
        try await group.shutdownGracefully()
    }

    @Test func `a shutdown lets calls finish, and refuses new ones`() async throws {
        let running = try await Running { server in
            server.register(unary: "/t.T/Slow") { call in
                Task.detached {
                    try? await Task.sleep(for: .milliseconds(100))
                    call.reply(ReplyBody(ByteBuffer(bytes: [9])))
                }
            }
        }
        let client = running.client()
        async let reply = client.unary("/t.T/Slow", body([]))
        while running.server.counters.value(.streamsOpened) == 0 { try await Task.sleep(for: .milliseconds(1)) }
        await running.server.shutdown(grace: .seconds(5))
        #expect(bytes(try await reply) == [9])
        let status = await #expect(throws: Status.self) { try await client.unary("/t.T/Slow", self.body([1])) }
        #expect(status?.code == .unavailable)
        client.close()
        try await running.group.shutdownGracefully()
    }

    @Test func `a shutdown ends what outlives its grace`() async throws {
        let running = try await Running()
        let client = running.client()
        async let reply = client.unary("/t.T/Park", body([]))
        while running.server.counters.value(.streamsOpened) == 0 { try await Task.sleep(for: .milliseconds(1)) }
        let started = ContinuousClock.now
        await running.server.shutdown(grace: .milliseconds(100))
        #expect(ContinuousClock.now - started < .seconds(4))
        do {
            _ = try await reply
            Issue.record("the call cannot have been answered")
        } catch {
            #expect((error as? Status)?.code == .unavailable)
        }
        client.close()
        try await running.group.shutdownGracefully()
    }

    @Test func `a client connects again after its connection was lost`() async throws {
        var configuration = GRPCServer.Configuration()
        configuration.limits.idleTimeout = .milliseconds(50)
        let running = try await Running(configuration)
        let client = running.client()
        #expect(bytes(try await client.unary("/t.T/Echo", body([1]))) == [1])
        while running.server.counters.value(.connectionsClosed) == 0 { try await Task.sleep(for: .milliseconds(5)) }
        #expect(bytes(try await client.unary("/t.T/Echo", body([2]))) == [2])
        #expect(running.server.counters.value(.connectionsOpened) == 2)
        try await running.stop(client)
    }
}

/// TLS, mutual TLS, and certificates that change.
@Suite(.timeLimit(.minutes(1))) struct TLSTests {
    private let folder = TemporaryFolder()
    private let authority: String

    init() { authority = folder.write("a", TestCertificates.authority) }

    private func identity(mutual: Bool = false) throws -> TLSIdentity {
        try TLSIdentity(
            certificateFile: folder.write("b", TestCertificates.server), keyFile: folder.write("c", TestCertificates.serverKey),
            clientCAFile: mutual ? authority : nil)
    }

    private func configuration(_ tls: ClientTLS) -> GRPCClient.Configuration {
        var configuration = GRPCClient.Configuration()
        configuration.tls = tls
        return configuration
    }

    private func echo(_ client: GRPCClient, _ path: String = "/t.T/Echo") async throws -> String {
        let reply = try await client.unary(path, ReplyBody(ByteBuffer(string: "x")))
        return String(decoding: reply.bytes, as: UTF8.self)
    }

    @Test func `calls go through TLS`() async throws {
        let running = try await Running(tls: try identity())
        let client = running.client(configuration(ClientTLS(trustFile: authority)))
        #expect(try await echo(client) == "x")
        #expect(try await echo(client, "/t.T/Peer") == "nobody")
        try await running.stop(client)
    }

    @Test func `a client that does not trust the certificate does not call`() async throws {
        let running = try await Running(tls: try identity())
        let client = running.client(configuration(ClientTLS()))
        await #expect(throws: Status.self) { try await self.echo(client) }
        let plain = running.client()
        await #expect(throws: Status.self) { try await self.echo(plain) }
        try await running.stop(client, plain)
    }

    @Test func `mutual TLS names the caller, and lets nobody else in`() async throws {
        let running = try await Running(tls: try identity(mutual: true))
        let known = running.client(
            configuration(
                ClientTLS(
                    trustFile: authority, certificateFile: folder.write("d", TestCertificates.client),
                    keyFile: folder.write("e", TestCertificates.clientKey))))
        #expect(try await echo(known, "/t.T/Peer") == "tester")
        let unknown = running.client(configuration(ClientTLS(trustFile: authority)))
        await #expect(throws: Status.self) { try await self.echo(unknown) }
        try await running.stop(known, unknown)
    }

    @Test func `a changed certificate serves new connections, a broken one changes nothing`() async throws {
        let identity = try identity()
        let running = try await Running(tls: identity)
        let old = running.client(configuration(ClientTLS(trustFile: authority)))
        #expect(try await echo(old) == "x")
        #expect(try identity.reloadIfChanged() == false)
        folder.write("b", TestCertificates.otherServer)
        folder.write("c", TestCertificates.otherServerKey)
        #expect(try identity.reloadIfChanged())
        #expect(try await echo(old) == "x")
        let new = running.client(configuration(ClientTLS(trustFile: authority)))
        #expect(try await echo(new) == "x")
        folder.write("c", "no key at all")
        #expect(throws: (any Error).self) { try identity.reloadIfChanged() }
        let newer = running.client(configuration(ClientTLS(trustFile: authority)))
        #expect(try await echo(newer) == "x")
        try await running.stop(old, new, newer)
    }
}

/// Tokens, seen from a client.
@Suite(.timeLimit(.minutes(1))) struct TokenTests {
    @Test func `a method needs a token with its scope, health does not`() async throws {
        let folder = TemporaryFolder()
        var configuration = GRPCServer.Configuration()
        configuration.authorizer = try TokenAuthorizer(file: folder.write("a", "alpha infer\nbeta admin\n"))
        let running = try await Running(configuration) { server in
            server.register(unary: "/t.T/Infer") { $0.reply(ReplyBody(ByteBuffer(bytes: $0.message.bytes))) }
            server.register(unary: "/t.T/Admin", scope: .admin) { $0.reply(ReplyBody(ByteBuffer(bytes: $0.message.bytes))) }
            let health = HealthService()
            health.set("", .serving)
            health.register(on: server)
        }
        let client = running.client()
        func code(_ path: String, _ token: String?) async -> StatusCode {
            var options = GRPCClient.Options()
            if let token { options.metadata.append("authorization", "Bearer \(token)") }
            do {
                _ = try await client.unary(path, ReplyBody(ByteBuffer()), options)
                return .ok
            } catch {
                return (error as? Status)?.code ?? .unknown
            }
        }
        #expect(await code("/t.T/Infer", "alpha") == .ok)
        #expect(await code("/t.T/Infer", "beta") == .permissionDenied)
        #expect(await code("/t.T/Infer", nil) == .unauthenticated)
        #expect(await code("/t.T/Admin", "alpha") == .permissionDenied)
        #expect(await code("/t.T/Admin", "beta") == .ok)
        #expect(await code("/grpc.health.v1.Health/Check", nil) == .ok)
        try await running.stop(client)
    }
}
