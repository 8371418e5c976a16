import GRPC
import Glibc
import HTTP2
import Synchronization
import Testing

@Suite struct TokenAuthorizerTests {
    private final class Clock: Sendable {
        let now = Atomic<UInt64>(1)
    }

    private let path = "/tmp/martlet-tokens-\(UInt64.random(in: 0 ... .max))"

    private func write(_ text: String) {
        // A new file in place of the old one, as editors and Kubernetes do.
        let file = fopen(path + ".new", "w")!
        fputs(text, file)
        fclose(file)
        rename(path + ".new", path)
    }

    private func refusal(_ authorizer: TokenAuthorizer, _ value: String?, _ scope: Scope) -> StatusCode? {
        guard let value else { return authorizer.refuse(path: "/a/b", scope: scope, authorization: nil, peer: PeerIdentity())?.code }
        return Array(value.utf8).withUnsafeBytes {
            authorizer.refuse(path: "/a/b", scope: scope, authorization: $0, peer: PeerIdentity())?.code
        }
    }

    @Test func `tokens have the scopes that their line names`() throws {
        defer { unlink(path) }
        write("# who may what\nalpha infer\nbeta admin,metrics  # operators\n\n")
        let authorizer = try TokenAuthorizer(file: path)
        #expect(refusal(authorizer, "Bearer alpha", .infer) == nil)
        #expect(refusal(authorizer, "bearer alpha", .infer) == nil)
        #expect(refusal(authorizer, "Bearer alpha", .admin) == .permissionDenied)
        #expect(refusal(authorizer, "Bearer beta", .admin) == nil)
        #expect(refusal(authorizer, "Bearer beta", .infer) == .permissionDenied)
        #expect(refusal(authorizer, "Bearer beta", [.admin, .metrics]) == nil)
        #expect(refusal(authorizer, "Bearer gamma", .infer) == .unauthenticated)
        #expect(refusal(authorizer, "Bearer alphaalpha", .infer) == .unauthenticated)
        #expect(refusal(authorizer, "Bearer alph", .infer) == .unauthenticated)
        #expect(refusal(authorizer, "Bearer ", .infer) == .unauthenticated)
        #expect(refusal(authorizer, "Basic alpha", .infer) == .unauthenticated)
        #expect(refusal(authorizer, nil, .infer) == .unauthenticated)
        #expect(refusal(authorizer, nil, .none) == nil)
    }

    @Test func `a changed file is read again, a broken one is not`() throws {
        defer { unlink(path) }
        let clock = Clock()
        write("one infer\n")
        let authorizer = try TokenAuthorizer(file: path) { clock.now.load(ordering: .relaxed) }
        write("two infer\n")
        #expect(refusal(authorizer, "Bearer two", .infer) == .unauthenticated, "the file is looked at once a second")
        clock.now.wrappingAdd(1_000_000_000, ordering: .relaxed)
        #expect(refusal(authorizer, "Bearer two", .infer) == nil)
        #expect(refusal(authorizer, "Bearer one", .infer) == .unauthenticated)
        write("three everything\n")
        clock.now.wrappingAdd(1_000_000_000, ordering: .relaxed)
        #expect(refusal(authorizer, "Bearer two", .infer) == nil)
        #expect(refusal(authorizer, "Bearer three", .infer) == .unauthenticated)
    }

    @Test(arguments: [
        ("a\n", 1), ("ok infer\nb admin metrics\n", 2), ("a root\n", 1), ("a ,\n", 1), ("t\u{f6}ken infer\n", 1),
    ])
    func `a line that is no token is named`(_ text: String, _ line: Int) throws {
        defer { unlink(path) }
        write(text)
        let error = try #require(throws: TokenFileError.self) { _ = try TokenAuthorizer(file: path) }
        #expect(error.line == line)
        #expect(error.file == path)
    }

    @Test func `a file that is missing is an error`() {
        #expect(throws: TokenFileError.self) { _ = try TokenAuthorizer(file: "/nonexistent/tokens") }
    }
}
