import GRPC
import HTTP2
import Messages
import NIOCore
import Testing
import WireTestSupport

@Suite struct HealthServiceTests {
    private let health = HealthService()
    private let server = GRPCServer()
    private let peer: ScriptedPeer

    init() throws {
        health.register(on: server)
        health.set("", .serving)
        health.set("iris", .serving)
        peer = try ScriptedPeer(server)
    }

    private func check(_ stream: UInt32, _ service: String) throws -> Reply {
        peer.send(Requests.unary(stream, "/grpc.health.v1.Health/Check", try HealthCheckRequest(service: service).encoded()))
        return peer.reply(stream)
    }

    private func states(_ stream: UInt32) throws -> [HealthCheckResponse.ServingStatus] {
        try peer.reply(stream).messages.map { try HealthCheckResponse(decoding: $0).status }
    }

    @Test func `Check tells the state, and NOT_FOUND for what is unknown`() throws {
        #expect(try check(1, "").messages.map { try HealthCheckResponse(decoding: $0).status } == [.serving])
        #expect(try check(3, "nope").status == "5")
        health.set("iris", .notServing)
        #expect(try check(5, "iris").messages.map { try HealthCheckResponse(decoding: $0).status } == [.notServing])
    }

    @Test func `List tells all states`() throws {
        peer.send(Requests.unary(1, "/grpc.health.v1.Health/List", []))
        let list = try HealthListResponse(decoding: peer.reply(1).messages[0])
        #expect(list.statuses.mapValues(\.status) == ["": .serving, "iris": .serving])
    }

    @Test func `Watch tells the state at once and then its changes`() throws {
        let request = try HealthCheckRequest(service: "new").encoded()
        peer.send(Requests.unary(1, "/grpc.health.v1.Health/Watch", request))
        #expect(try states(1) == [.serviceUnknown])
        health.set("new", .notServing)
        health.set("new", .serving)
        health.set("new", .serving)
        health.set("other", .serving)
        #expect(try states(1) == [.serviceUnknown, .notServing, .serving])
        health.drain()
        #expect(try states(1) == [.serviceUnknown, .notServing, .serving, .notServing])
        #expect(try check(3, "").messages.map { try HealthCheckResponse(decoding: $0).status } == [.notServing])
        peer.send(Frames.reset(1))
        health.remove("new")
        #expect(try states(1).count == 4)
    }
}

@Suite struct ReflectionServiceTests {
    private struct Source: DescriptorSource {
        func file(named name: String) -> [UInt8]? { ["a.proto": [1], "b.proto": [2], "c.proto": [3]][name] }
        func fileName(declaring symbol: String) -> String? { symbol == "pkg.A" ? "a.proto" : nil }
        func fileName(extending message: String, number: Int32) -> String? { message == "pkg.A" && number == 100 ? "b.proto" : nil }
        func extensionNumbers(of message: String) -> [Int32]? { message == "pkg.A" ? [100] : nil }
        func imports(of name: String) -> [String] { ["a.proto": ["b.proto"], "b.proto": ["c.proto"]][name] ?? [] }
    }

    @Test(arguments: ["v1", "v1alpha"])
    func `every question has its answer, in both versions`(_ version: String) throws {
        let server = GRPCServer()
        ReflectionService(source: Source(), services: { ["pkg.Svc"] }).register(on: server)
        let peer = try ScriptedPeer(server)
        peer.send(Frames.headers(1, flags: 4, Requests.headers("/grpc.reflection.\(version).ServerReflection/ServerReflectionInfo")))
        let questions: [ServerReflectionRequest.Question] = [
            .listServices(""), .fileContainingSymbol("pkg.A"), .fileByFilename("b.proto"), .fileContainingSymbol("pkg.B"),
            .fileContainingExtension(.init(containingType: "pkg.A", extensionNumber: 100)), .allExtensionNumbersOfType("pkg.A"),
        ]
        for question in questions {
            peer.send(Frames.data(1, Requests.message(try ServerReflectionRequest(host: "h", question: question).encoded())))
        }
        peer.send(Frames.data(1, [], end: true))
        let answers = try peer.reply(1).messages.map { try ServerReflectionResponse(decoding: $0) }
        #expect(answers.map(\.answer) == [
            .listServicesResponse(.init(service: [.init(name: "pkg.Svc")])),
            .fileDescriptorResponse(.init(fileDescriptorProto: [[1], [2], [3]])),
            .fileDescriptorResponse(.init(fileDescriptorProto: [[2]])),
            .errorResponse(.init(errorCode: 5, errorMessage: "pkg.B not found")),
            .fileDescriptorResponse(.init(fileDescriptorProto: [[2]])),
            .allExtensionNumbersResponse(.init(baseTypeName: "pkg.A", extensionNumber: [100])),
        ])
        #expect(answers.allSatisfy { $0.validHost == "h" && $0.originalRequest != nil })
        #expect(peer.reply(1).status == "0")
    }
}
