public import HTTP2
internal import Glibc
internal import Synchronization

/// Allows calls by bearer tokens, read from a file and read again when it changes.
///
/// One token a line, then its scopes, separated by commas: `infer`, `admin`, `metrics`. `admin` and `metrics` do not include
/// `infer`. Empty lines and what follows a `#` are passed over. A file that cannot be read after a change leaves the tokens
/// as they were. Safe from any thread.
public final class TokenAuthorizer: Authorizer {
    private let file: String
    private let state: Mutex<State>
    private let now: @Sendable () -> UInt64
    /// A changed file is noticed this soon, in nanoseconds.
    private static let checkInterval: UInt64 = .seconds(1)
    private static let maxFileBytes = 1 << 20

    private struct State {
        var tokens: [TokenFile.Entry]
        var stamp: FileStamp
        var checkedAt: UInt64
    }

    /// Throws when the file cannot be read or has a line that is no token. `now` is a monotonic clock in nanoseconds.
    public init(file: String, now: @escaping @Sendable () -> UInt64) throws(TokenFileError) {
        self.file = file
        self.now = now
        let stamp = FileStamp(path: file)
        let tokens = try TokenFile.read(file, maxBytes: Self.maxFileBytes)
        state = Mutex(State(tokens: tokens, stamp: stamp, checkedAt: now()))
    }

    public convenience init(file: String) throws(TokenFileError) {
        try self.init(file: file, now: TokenAuthorizer.monotonicNow)
    }

    public func refuse(path: String, scope: Scope, authorization: UnsafeRawBufferPointer?, peer: PeerIdentity) -> Status? {
        if scope.isEmpty { return nil }
        return refuse(scope: scope, authorization: authorization)
    }

    /// Nil when the header's value names a token that has all of `scope`.
    public func refuse(scope: Scope, authorization: UnsafeRawBufferPointer?) -> Status? {
        guard let authorization, let token = TokenAuthorizer.bearer(authorization) else {
            return Status(.unauthenticated, "a bearer token is required")
        }
        guard let granted = scopes(of: token) else { return Status(.unauthenticated, "unknown bearer token") }
        guard granted.isSuperset(of: scope) else { return Status(.permissionDenied, "the token lacks the scope \(scope.name)") }
        return nil
    }

    private func scopes(of token: UnsafeRawBufferPointer) -> Scope? {
        let time = now()
        return state.withLock { state in
            if time &- state.checkedAt >= Self.checkInterval {
                state.checkedAt = time
                let stamp = FileStamp(path: file)
                if stamp != state.stamp, let tokens = try? TokenFile.read(file, maxBytes: Self.maxFileBytes) {
                    state.tokens = tokens
                    state.stamp = stamp
                }
            }
            // Every token is compared whole, whether or not one has matched: time tells nothing but their number.
            var found: Scope?
            for entry in state.tokens where TokenAuthorizer.isEqual(entry.token, token) { found = entry.scopes }
            return found
        }
    }

    /// What stands behind the scheme of an Authorization header; nil for any other scheme.
    package static func bearer(_ value: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
        let scheme = Array("bearer ".utf8)
        guard value.count > scheme.count else { return nil }
        for (index, letter) in scheme.enumerated() where value[index] | 0x20 != letter { return nil }
        return UnsafeRawBufferPointer(rebasing: value[scheme.count...])
    }

    /// Takes as long for a token that differs in its first byte as for one that differs in its last.
    package static func isEqual(_ known: [UInt8], _ given: UnsafeRawBufferPointer) -> Bool {
        var difference = known.count ^ given.count
        for index in 0..<given.count {
            let byte = known.isEmpty ? 0 : known[index % known.count]
            difference |= Int(byte ^ given[index])
        }
        return difference == 0
    }

    static func monotonicNow() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}

extension Scope {
    /// As it is written in a token file.
    var name: String {
        var names: [String] = []
        if contains(.infer) { names.append("infer") }
        if contains(.admin) { names.append("admin") }
        if contains(.metrics) { names.append("metrics") }
        return names.joined(separator: ",")
    }
}
