internal import Messages
internal import NIOCore

/// What a server knows of the protobuf files behind its services.
public protocol DescriptorSource: Sendable {
    /// The serialised FileDescriptorProto of a file.
    func file(named name: String) -> [UInt8]?
    /// The file that declares a service, method, message, field, enumeration or extension, by its full name.
    func fileName(declaring symbol: String) -> String?
    /// The file that extends `message` with `number`.
    func fileName(extending message: String, number: Int32) -> String?
    /// The numbers of all extensions of `message`; nil when there is no such message.
    func extensionNumbers(of message: String) -> [Int32]?
    /// The names of the files that a file imports.
    func imports(of name: String) -> [String]
}

/// grpc.reflection.v1 and its twin v1alpha: tells clients which services there are, and what their messages look like.
public struct ReflectionService: Sendable {
    private let source: any DescriptorSource
    private let services: @Sendable () -> [String]

    /// `services` lists the full names of what is served.
    public init(source: any DescriptorSource, services: @escaping @Sendable () -> [String]) {
        self.source = source
        self.services = services
    }

    /// Registers both versions, whose messages have the same fields.
    public func register(on server: GRPCServer, scope: Scope = .infer) {
        for version in ["v1", "v1alpha"] {
            server.register(streaming: "/grpc.reflection.\(version).ServerReflection/ServerReflectionInfo", scope: scope) { call in
                // A stream that was told several files need not be told them again.
                var sent: Set<String> = []
                call.onMessage = { message in
                    do throws(MessageError) {
                        let request = try ServerReflectionRequest(decoding: message.bytes)
                        let answer = answer(request, sent: &sent)
                        call.send(try ReplyBody(
                            ServerReflectionResponse(validHost: request.host, originalRequest: request, answer: answer)))
                    } catch {
                        call.finish(Status(.invalidArgument, "\(error)"))
                    }
                }
                call.onHalfClose = { call.finish() }
                call.onCancel = { call.finish(Status(.cancelled)) }
            }
        }
    }

    private func answer(_ request: ServerReflectionRequest, sent: inout Set<String>) -> ServerReflectionResponse.Answer {
        switch request.question {
        case .listServices:
            return .listServicesResponse(.init(service: services().map { ServerReflectionResponse.Service(name: $0) }))
        case .fileByFilename(let name): return files(name, what: name, sent: &sent)
        case .fileContainingSymbol(let symbol): return files(source.fileName(declaring: symbol), what: symbol, sent: &sent)
        case .fileContainingExtension(let wanted):
            let name = source.fileName(extending: wanted.containingType, number: wanted.extensionNumber)
            return files(name, what: "\(wanted.containingType) extension \(wanted.extensionNumber)", sent: &sent)
        case .allExtensionNumbersOfType(let type):
            guard let numbers = source.extensionNumbers(of: type) else { return notFound(type) }
            return .allExtensionNumbersResponse(.init(baseTypeName: type, extensionNumber: numbers))
        case nil: return failure(.invalidArgument, "the request asks nothing")
        }
    }

    /// The file and all that it imports, the file first.
    private func files(_ name: String?, what: String, sent: inout Set<String>) -> ServerReflectionResponse.Answer {
        guard let name, source.file(named: name) != nil else { return notFound(what) }
        var waiting = [name]
        var seen: Set<String> = [name]
        var files: [[UInt8]] = []
        while !waiting.isEmpty {
            let next = waiting.removeFirst()
            // What was asked for is always sent; what it needs only once a stream.
            if next == name || !sent.contains(next), let file = source.file(named: next) {
                files.append(file)
                sent.insert(next)
            }
            for dependency in source.imports(of: next) where seen.insert(dependency).inserted { waiting.append(dependency) }
        }
        return .fileDescriptorResponse(.init(fileDescriptorProto: files))
    }

    private func notFound(_ what: String) -> ServerReflectionResponse.Answer { failure(.notFound, "\(what) not found") }

    private func failure(_ code: StatusCode, _ message: String) -> ServerReflectionResponse.Answer {
        .errorResponse(.init(errorCode: Int32(code.rawValue), errorMessage: message))
    }
}
