internal import HTTP2
internal import NIOCore

/// Takes the requests of one connection: reads their heads, and gives them to the call that the path asks for.
final class ServerConnection: RequestAcceptor {
    private let server: ServerLoop
    private let share: MessageShare
    /// What the last request asked for: most connections ask for the same time and again.
    private var lastRoute: Route?

    init(server: ServerLoop) {
        self.server = server
        let messages = server.configuration.messages
        share = MessageShare(limit: min(messages.maxBufferedBytesPerConnection, messages.maxBufferedBytes), counters: server.counters)
    }

    func opened(_ stream: HTTP2Stream, headers: HeaderFields, endStream: Bool) {
        let call = server.takeUnaryCall()
        var isValid = true
        let head = RequestHead(headers, metadata: &call.metadata, isValid: &isValid)
        let route = find(head.path)
        guard head.isGRPC else {
            call.recycle()
            openedPlain(stream, head, route, headers, endStream: endStream)
            return
        }
        do throws(Status) {
            let route = try check(head, headers, route, metadataIsValid: isValid)
            let timeout = try timeout(of: head)
            if let authorizer = server.configuration.authorizer,
                let refusal = authorizer.refuse(
                    path: route.path, scope: route.scope, authorization: head.authorization, peer: stream.connection.peer)
            {
                throw refusal
            }
            let coding = try coding(of: head)
            switch route.kind {
            case .unary:
                call.requestCoding = coding
                call.accepted = head.accepted
                call.start(stream, route: route, timeout: timeout, share: share)
                if endStream { call.receivedEnd(on: stream) }
            case .streaming:
                let streaming = StreamingCall(server: server)
                streaming.metadata = call.metadata
                call.recycle()
                streaming.requestCoding = coding
                streaming.accepted = head.accepted
                streaming.start(stream, route: route, timeout: timeout, share: share)
                streaming.begin()
                if endStream { streaming.receivedEnd(on: stream) }
            case .plain: throw Status(.unimplemented, "\(route.path) is not a gRPC method")
            }
        } catch {
            call.recycle()
            stream.send(headers: ResponseHeaders.trailersOnly(error, metadata: Metadata()), endStream: true)
        }
    }

    @inline(__always)
    private func find(_ path: UnsafeRawBufferPointer) -> Route? {
        if let lastRoute, lastRoute.matches(path) { return lastRoute }
        let route = server.routes[path]
        lastRoute = route
        return route
    }

    private func check(
        _ head: RequestHead, _ headers: HeaderFields, _ route: Route?, metadataIsValid: Bool
    ) throws(Status) -> Route {
        if headers.isTooLarge {
            throw Status(.resourceExhausted, "header list larger than max (\(server.configuration.limits.maxHeaderListBytes))")
        }
        guard head.method.equals("POST") else { throw Status(.unimplemented, "gRPC methods are called with POST") }
        guard let route else { throw unknown(head.path) }
        guard metadataIsValid else { throw Status(.internal, "metadata ending in -bin is not base64") }
        return route
    }

    private func unknown(_ path: UnsafeRawBufferPointer) -> Status {
        let parts = String(decoding: path.prefix(512), as: UTF8.self).split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0].isEmpty else { return Status(.unimplemented, "malformed method name") }
        if server.routes.services.contains(String(parts[1])) {
            return Status(.unimplemented, "unknown method \(parts[2]) for service \(parts[1])")
        }
        return Status(.unimplemented, "unknown service \(parts[1])")
    }

    private func timeout(of head: RequestHead) throws(Status) -> UInt64? {
        guard let text = head.timeout else { return nil }
        guard let timeout = Timeout.parse(text) else {
            throw Status(.internal, "malformed grpc-timeout \"\(String(decoding: text.prefix(32), as: UTF8.self))\"")
        }
        if timeout == 0 { throw Status(.deadlineExceeded, "Deadline Exceeded") }
        return timeout
    }

    private func coding(of head: RequestHead) throws(Status) -> Coding {
        guard let name = head.encoding else { return .identity }
        guard let coding = Coding(name) else {
            throw Status(.unimplemented, "unknown grpc-encoding \"\(String(decoding: name.prefix(32), as: UTF8.self))\"")
        }
        return coding
    }

    private func openedPlain(
        _ stream: HTTP2Stream, _ head: RequestHead, _ route: Route?, _ headers: HeaderFields, endStream: Bool
    ) {
        let method = String(decoding: head.method.prefix(16), as: UTF8.self)
        let isHead = method == "HEAD"
        func answer(_ status: Int, _ text: String) -> PlainExchange {
            PlainExchange(
                PlainResponse(status: status, contentType: "text/plain; charset=utf-8", body: ByteBuffer(string: text + "\n")),
                isHead: isHead)
        }
        let exchange: PlainExchange
        if headers.isTooLarge {
            exchange = answer(431, "header list too large")
        } else if case .plain(let handler) = route?.kind {
            if ["GET", "HEAD", "POST"].contains(method) {
                exchange = PlainExchange(handler(PlainRequest(method: method, path: route!.path)), isHead: isHead)
            } else {
                exchange = answer(405, "GET, HEAD or POST")
            }
        } else if route != nil || method == "POST" {
            exchange = answer(415, "content-type must be application/grpc")
        } else {
            exchange = answer(404, "not found")
        }
        if endStream {
            exchange.receivedEnd(on: stream)
        } else {
            stream.handler = exchange
        }
    }

    func connectionIsDraining(_ connection: Connection) {}

    func connectionMustEnd(_ connection: Connection) {
        connection.forEachStream { stream in
            (stream.handler as? ServerCall)?.refuse(Status(.unavailable, "the server is shutting down"))
        }
    }
}

/// A plain HTTP request whose body, if any, is awaited and dropped.
final class PlainExchange: StreamHandler {
    private let response: PlainResponse
    private let isHead: Bool

    init(_ response: PlainResponse, isHead: Bool) {
        self.response = response
        self.isHead = isHead
    }

    func received(headers: HeaderFields, endStream: Bool, on stream: HTTP2Stream) {
        if endStream { receivedEnd(on: stream) }
    }

    func received(data: UnsafeRawBufferPointer, on stream: HTTP2Stream) -> Int { data.count }

    func receivedEnd(on stream: HTTP2Stream) {
        let headers = ResponseHeaders.plain(
            status: response.status, contentType: response.contentType, contentLength: response.body.readableBytes)
        let hasBody = !isHead && response.body.readableBytes > 0
        stream.send(headers: headers, endStream: !hasBody)
        if hasBody {
            stream.send(response.body)
            stream.end()
        }
    }

    func streamClosed(_ code: ErrorCode, on stream: HTTP2Stream) {}
}
