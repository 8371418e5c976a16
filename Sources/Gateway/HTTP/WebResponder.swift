internal import GRPC
internal import HTTP2
internal import Hummingbird
internal import NIOCore

/// Answers requests on the HTTP port: finds the protocol and the endpoint, checks the caller's token, reads the body within bounds,
/// and sends the answer, compressed where the caller likes it so.
struct WebResponder: HTTPResponder {
    typealias Context = BasicRequestContext

    let rooms: [any WebRoom]
    let authorizer: (any Authorizer)?
    let limits: WebLimits
    let crossOrigin: CrossOrigin
    private let budget: MemoryBudget

    init(rooms: [any WebRoom], authorizer: (any Authorizer)?, limits: WebLimits = WebLimits(), crossOrigin: CrossOrigin = CrossOrigin([])) {
        self.rooms = rooms
        self.authorizer = authorizer
        self.limits = limits
        self.crossOrigin = crossOrigin
        budget = MemoryBudget(limit: limits.maxBufferedBytes)
    }

    func respond(to request: Request, context: Context) async throws -> Response {
        if let answer = crossOrigin.preflight(request) { return answer }
        let target = request.head.path ?? "/"
        let cut = target.firstIndex(of: "?") ?? target.endIndex
        let path = target[..<cut]
        guard let parts = WebPath(path, maxParts: limits.maxPathParts), let (room, endpoint) = find(parts) else {
            return response(KServeREST.refusal(WebFailure(404, "nothing is served at \(path)")), to: request)
        }
        do {
            guard let action = endpoint.action(for: request.method) else {
                var failure = WebFailure(405, "\(request.method.rawValue) is not allowed at \(path)")
                failure.headers = [("Allow", endpoint.allowed)]
                throw failure
            }
            try authorize(request, path: String(path), scope: action.scope)
            let body = try await readBody(of: request)
            let query = cut < target.endIndex ? target[target.index(after: cut)...] : ""
            let answer = try await action.handler(
                WebRequest(
                    method: request.method, path: String(path), query: WebQuery(query), headers: request.headers, body: body))
            return response(answer, to: request)
        } catch {
            let failure = error as? WebFailure ?? WebFailure(500, "\(error)")
            var answer = room.refusal(failure)
            answer.headers += failure.headers
            return response(answer, to: request)
        }
    }

    private func find(_ path: WebPath) -> (any WebRoom, WebEndpoint)? {
        for room in rooms {
            if let endpoint = room.endpoint(at: path) { return (room, endpoint) }
        }
        return nil
    }

    private func authorize(_ request: Request, path: String, scope: Scope) throws(WebFailure) {
        guard let authorizer else { return }
        let value = request.headers[.authorization].map { Array($0.utf8) }
        let refusal =
            value?.withUnsafeBytes { authorizer.refuse(path: path, scope: scope, authorization: $0, peer: PeerIdentity()) }
            ?? (value == nil ? authorizer.refuse(path: path, scope: scope, authorization: nil, peer: PeerIdentity()) : nil)
        guard let refusal else { return }
        var failure = WebFailure(refusal)
        failure.headers = [("WWW-Authenticate", refusal.code == .permissionDenied ? "Bearer error=\"insufficient_scope\"" : "Bearer")]
        throw failure
    }

    private func readBody(of request: Request) async throws(WebFailure) -> MessageBuffer {
        if let announced = request.headers[.contentLength].flatMap({ Int($0) }), announced > limits.maxBodyBytes {
            throw WebFailure(413, BodyCollector.tooLarge(limits.maxBodyBytes).message)
        }
        let collected: MessageBuffer
        do {
            var collector = try BodyCollector(limit: limits.maxBodyBytes, budget: budget)
            for try await part in request.body {
                let appended = part.withUnsafeReadableBytes { bytes in Result { () throws(Status) in try collector.append(bytes) } }
                try appended.get()
            }
            collected = collector.finish()
        } catch let error as Status {
            throw WebFailure(413, error.message)
        } catch {
            throw WebFailure(400, "the body could not be read: \(error)")
        }
        return try decode(collected, request.headers[.contentEncoding])
    }

    private func decode(_ body: MessageBuffer, _ encoding: String?) throws(WebFailure) -> MessageBuffer {
        let coding: Coding
        switch encoding?.lowercased() {
        case nil, "", "identity": return body
        case "gzip", "x-gzip": coding = .gzip
        case "deflate": coding = .deflate
        case let other?: throw WebFailure(415, "the content encoding '\(other)' is not known; gzip and deflate are")
        }
        do throws(Status) {
            return try BodyCoding.inflate(body, coding, limit: limits.maxBodyBytes, budget: budget)
        } catch {
            throw error.code == .resourceExhausted
                ? WebFailure(413, error.message) : WebFailure(400, "the body is not \(coding.name): \(error.message)")
        }
    }

    private func response(_ answer: WebAnswer, to request: Request) -> Response {
        var headers = HTTPFields()
        headers[.contentType] = answer.contentType
        for header in answer.headers + crossOrigin.headers(for: request) {
            guard let name = HTTPFields.Element.Name(header.name) else { continue }
            headers[name] = header.value
        }
        let status = HTTPResponse.Status(code: answer.status)
        if let parts = answer.parts { return Response(status: status, headers: headers, body: .init(asyncSequence: parts)) }
        var pieces = answer.pieces
        let coding = Self.accepted(request.headers[.acceptEncoding] ?? "")
        if coding != .identity, answer.byteCount >= limits.minCompressedBytes, let small = BodyCoding.deflate(pieces, coding) {
            pieces = [small]
            headers[.contentEncoding] = "\(coding.name)"
            headers[.vary] = headers[.vary].map { $0 + ", Accept-Encoding" } ?? "Accept-Encoding"
        }
        if request.method == .head {
            headers[.contentLength] = String(pieces.reduce(0) { $0 + $1.readableBytes })
            return Response(status: status, headers: headers, body: .init())
        }
        switch pieces.count {
        case 0: return Response(status: status, headers: headers, body: .init(byteBuffer: ByteBuffer()))
        case 1: return Response(status: status, headers: headers, body: .init(byteBuffer: pieces[0]))
        default: return Response(status: status, headers: headers, body: .init(contentsOf: pieces))
        }
    }

    /// The coding that an Accept-Encoding header asks for.
    static func accepted(_ header: String) -> Coding {
        for part in header.lowercased().split(separator: ",") {
            let words = part.split(separator: ";", maxSplits: 1)
            let name = words.first.map { $0.filter { $0 != " " } } ?? ""
            if words.count > 1, words[1].filter({ $0 != " " }) == "q=0" { continue }
            if name == "gzip" { return .gzip }
            if name == "deflate" { return .deflate }
        }
        return .identity
    }
}
