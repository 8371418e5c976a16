internal import Client
internal import GRPC
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix

/// Asks a server's HTTP port what it serves, and to load and unload: a connection for each question.
struct RestControl: Sendable {
    let server: ServerAddress

    /// An answer whose status is 2xx.
    /// - Throws: `LoadError` with what the server says.
    func call(_ method: HTTPMethod = .GET, _ path: String) async throws -> [UInt8] {
        let group = MultiThreadedEventLoopGroup.singleton
        let promise = group.next().makePromise(of: (status: Int, body: [UInt8]).self)
        let tls = try server.tls.map { try $0.context(protocols: []) }
        let bootstrap = ClientBootstrap(group: group).connectTimeout(.seconds(5))
        let channel: any Channel
        do {
            channel = try await server.target.connect(bootstrap, tls: tls, name: server.tls?.serverName) { channel in
                try channel.pipeline.syncOperations.addHTTPClientHandlers()
                try channel.pipeline.syncOperations.addHandler(RestAnswer(promise))
            }.get()
        } catch {
            promise.fail(error)
            throw LoadError("cannot connect to \(server.target): \(ConnectReason.text("\(error)"))")
        }
        let clock = channel.eventLoop.scheduleTask(in: .seconds(60)) {
            promise.fail(LoadError("\(server.target) does not answer \(path)"))
        }
        var head = HTTPRequestHead(version: .http1_1, method: method, uri: path)
        head.headers.add(name: "host", value: server.target.authority)
        if method == .POST { head.headers.add(name: "content-length", value: "0") }
        for (name, value) in server.headerFields { head.headers.add(name: name, value: value) }
        channel.write(HTTPClientRequestPart.head(head), promise: nil)
        channel.writeAndFlush(HTTPClientRequestPart.end(nil), promise: nil)
        let answer: (status: Int, body: [UInt8])
        do { answer = try await promise.futureResult.get() } catch let error as LoadError { throw error } catch {
            throw LoadError("\(server.target) does not speak HTTP/1.1: \(error)")
        }
        clock.cancel()
        try? await channel.close().get()
        guard answer.status / 100 == 2 else {
            throw LoadError("\(server.target) answers \(path) with \(answer.status): \(String(decoding: answer.body.prefix(300), as: UTF8.self))")
        }
        return answer.body
    }

    func get(_ path: String) async throws -> [UInt8] { try await call(.GET, path) }

    func document(_ path: String) async throws -> [String: JSONValue] {
        let body = try await call(.GET, path)
        guard case .object(let root)? = try? JSONValue(parsing: body) else { throw LoadError("\(server.target) answers \(path) with no JSON object") }
        return root
    }
}

extension RestControl: RepositoryControl {
    func load(model: String) async throws { _ = try await call(.POST, "/v2/repository/models/\(model)/load") }
    func unload(model: String) async throws { _ = try await call(.POST, "/v2/repository/models/\(model)/unload") }
    func close() {}
}

/// One answer, whole. Confined to its event loop.
private final class RestAnswer: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart

    private let promise: EventLoopPromise<(status: Int, body: [UInt8])>
    private var status = 0
    private var body: [UInt8] = []

    init(_ promise: EventLoopPromise<(status: Int, body: [UInt8])>) { self.promise = promise }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): status = Int(head.status.code)
        case .body(let bytes): body += bytes.readableBytesView
        case .end: promise.succeed((status, body))
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        promise.fail(error)
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) { promise.fail(LoadError("the server closed the connection")) }
}
