internal import GRPC
internal import Hummingbird
internal import NIOCore

/// gRPC-Web on the HTTP port, binary and in base64: every method of every service of the gRPC port, for pages in a browser.
///
/// Calls are passed on to the server's own gRPC listener, over a socket that only this process can reach, with the caller's metadata: what
/// holds there, tokens included, holds here.
final class GRPCWebRoom: WebRoom {
    private let client: GRPCClient
    private let paths: Set<String>

    /// - Parameters:
    ///   - client: reaches the gRPC listener.
    ///   - paths: the full names of all methods.
    init(client: GRPCClient, paths: [String]) {
        self.client = client
        self.paths = Set(paths)
    }

    func endpoint(at path: WebPath) -> WebEndpoint? {
        guard path.parts.count == 2, path.parts[0].contains(".") else { return nil }
        let method = "/\(path.parts[0])/\(path.parts[1])"
        // Whether the caller may call it is decided where the call is passed on to.
        return .post(.none) { [self] request in try await call(method, request) }
    }

    func refusal(_ failure: WebFailure) -> WebAnswer { WebAnswer(status: failure.status, text: failure.message + "\n") }

    private func call(_ method: String, _ request: WebRequest) async throws(WebFailure) -> WebAnswer {
        let isText: Bool
        switch request.mediaType {
        case "application/grpc-web", "application/grpc-web+proto": isText = false
        case "application/grpc-web-text", "application/grpc-web-text+proto": isText = true
        default: throw WebFailure(415, "'\(request.mediaType)' is not a content type of gRPC-Web")
        }
        let messages = try GRPCWebFrames.messages(in: request.body.bytes, isText: isText)
        let (parts, output) = AsyncStream.makeStream(of: ByteBuffer.self)
        let call: ClientCall
        if paths.contains(method) {
            call = client.start(method, options(request)) { _, event in
                switch event {
                case .initialMetadata: break
                case .message(let message): output.yield(GRPCWebFrames.data(message.bytes, isText: isText))
                case .end(let status, let trailing):
                    output.yield(GRPCWebFrames.trailers(status, trailing, isText: isText))
                    output.finish()
                }
            }
            output.onTermination = { end in
                if case .cancelled = end { call.cancel() }
            }
            for message in messages { call.send(ReplyBody(ByteBuffer(bytes: message))) }
            call.halfClose()
        } else {
            output.yield(GRPCWebFrames.trailers(Status(.unimplemented, "unknown method \(method)"), Metadata(), isText: isText))
            output.finish()
        }
        var answer = WebAnswer()
        answer.contentType = isText ? "application/grpc-web-text+proto" : "application/grpc-web+proto"
        answer.parts = parts
        return answer
    }

    /// Headers that HTTP keeps for itself, and those that say something about this hop alone.
    private static let kept: Set<String> = [
        "content-type", "content-length", "content-encoding", "accept", "accept-encoding", "accept-language", "connection", "host",
        "origin", "referer",
        "user-agent", "x-user-agent", "x-grpc-web", "grpc-timeout", "grpc-encoding", "grpc-accept-encoding", "te", "transfer-encoding",
        "cookie",
    ]

    private func options(_ request: WebRequest) -> GRPCClient.Options {
        var options = GRPCClient.Options()
        for field in request.headers {
            let name = field.name.canonicalName
            guard !Self.kept.contains(name), !name.hasPrefix("sec-") else { continue }
            if name.hasSuffix("-bin") {
                if let bytes = Array(field.value.utf8).withUnsafeBytes({ TextBase64.decode($0) }) {
                    options.metadata.append(name, binary: bytes)
                }
            } else {
                options.metadata.append(name, field.value)
            }
        }
        options.timeout = request[header: "grpc-timeout"].flatMap(Self.nanoseconds)
        return options
    }

    /// The time that a `grpc-timeout` header allows; nil for none, and for what is no time.
    static func nanoseconds(_ text: String) -> UInt64? {
        let units: [Character: UInt64] = [
            "H": 3_600_000_000_000, "M": 60_000_000_000, "S": 1_000_000_000, "m": 1_000_000, "u": 1000, "n": 1,
        ]
        guard text.count <= 9, let unit = text.last.flatMap({ units[$0] }), let value = UInt64(text.dropLast()) else { return nil }
        let (nanoseconds, overflow) = value.multipliedReportingOverflow(by: unit)
        return overflow ? nil : nanoseconds
    }
}
