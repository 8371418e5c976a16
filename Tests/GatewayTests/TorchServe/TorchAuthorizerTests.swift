import GRPC
import Gateway
import Glibc
import HTTP2
import Testing

@Suite struct `keys in TorchServe's form` {
    private static let text = """
        {"management": {"key": "manage", "expiration time": "2026-01-31T10:00:00.25Z"},
         "inference": {"key": "ask", "expiration time": "2026-01-31T10:00:00Z"}, "API": {"key": "renew"}}
        """
    /// 2026-01-31T10:00:00Z.
    private static let end: Int64 = 1_769_853_600

    private func code(_ authorizer: TorchAuthorizer, _ key: String?, _ scope: Scope, path: String = "/x") -> StatusCode? {
        let value = key.map { Array("Bearer \($0)".utf8) }
        guard let value else { return authorizer.refuse(path: path, scope: scope, authorization: nil, peer: PeerIdentity())?.code }
        return value.withUnsafeBytes { authorizer.refuse(path: path, scope: scope, authorization: $0, peer: PeerIdentity())?.code }
    }

    @Test func `open what each is for`() throws {
        let file = TextFile(Self.text)
        let authorizer = try TorchAuthorizer(file: file.path) { Self.end - 1 }
        #expect(code(authorizer, "ask", .infer) == nil)
        #expect(code(authorizer, "ask", .admin) == .permissionDenied)
        #expect(code(authorizer, "ask", .infer, path: "/models/x") == .permissionDenied)
        #expect(code(authorizer, "ask", .infer, path: "/org.pytorch.serve.grpc.management.ManagementAPIsService/ListModels") == .permissionDenied)
        #expect(code(authorizer, "manage", .admin) == nil)
        #expect(code(authorizer, "manage", .infer, path: "/models") == nil)
        #expect(code(authorizer, "manage", .infer) == .permissionDenied)
        #expect(code(authorizer, "manage", .metrics) == nil)
        #expect(code(authorizer, "ask", .metrics) == nil)
        #expect(code(authorizer, "renew", .infer) == .unauthenticated)
        #expect(code(authorizer, nil, .infer) == .unauthenticated)
        #expect(code(authorizer, nil, .none) == nil)
        withExtendedLifetime(file) {}
    }

    @Test(arguments: [(-1, nil), (0, StatusCode.unauthenticated)] as [(Int64, StatusCode?)]) func `hold until they expire`(_ late: Int64, _ refusal: StatusCode?) throws {
        let file = TextFile(Self.text)
        let authorizer = try TorchAuthorizer(file: file.path) { Self.end + late }
        #expect(code(authorizer, "ask", .infer) == refusal)
        #expect(code(authorizer, "manage", .admin) == refusal)
    }

    @Test func `are made when there are none, for their owner alone`() throws {
        let file = TextFile(nil)
        let authorizer = try TorchAuthorizer(file: file.path) { 1000 }
        var status = stat()
        #expect(stat(file.path, &status) == 0)
        #expect(status.st_mode & 0o777 == 0o600)
        let keys = try TorchKeys(file: file.path)
        #expect(keys.management.expires == 4600)
        #expect(keys.api.expires == nil)
        #expect(code(authorizer, keys.inference.text, .infer) == nil)
    }

    @Test func `are renewed for whoever has the API key`() throws {
        let file = TextFile(Self.text)
        let authorizer = try TorchAuthorizer(file: file.path) { 1000 }
        #expect(throws: WebFailure.self) { try authorizer.renew("inference", authorization: "Bearer ask") }
        #expect(throws: WebFailure.self) { try authorizer.renew("all", authorization: "Bearer renew") }
        let fresh = try authorizer.renew("inference", authorization: "Bearer renew")
        #expect(code(authorizer, "ask", .infer) == .unauthenticated)
        #expect(code(authorizer, fresh.text, .infer) == nil)
        #expect(try TorchKeys(file: file.path).inference == fresh)
    }

    @Test(arguments: [
        "", "{}", #"{"management": {"key": "a"}, "inference": {"key": "b"}}"#, #"{"management": {"key": "a b"}, "inference": {"key": "b"}, "API": {"key": "c"}}"#,
        #"{"management": {"key": "a", "expiration time": "soon"}, "inference": {"key": "b"}, "API": {"key": "c"}}"#,
    ]) func `that are wrong are refused`(_ text: String) {
        let file = TextFile(text)
        #expect(throws: GatewayError.self) { try TorchAuthorizer(file: file.path) { 0 } }
        withExtendedLifetime(file) {}
    }
}
