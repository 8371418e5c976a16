package import GRPC
internal import Glibc
package import HTTP2
internal import Synchronization

/// Allows calls by the keys of a file in TorchServe's form, read again when it changes.
///
/// The inference key is for asking models in any protocol, the management key for changing what is served and for TorchServe's whole
/// management interface; either reads metrics. Any thread.
package final class TorchAuthorizer: Authorizer {
    private struct State {
        var keys: TorchKeys
        var stamp: FileStamp
        var checkedAt: Int64
    }

    private let path: String
    private let state: Mutex<State>
    private let now: @Sendable () -> Int64

    /// Reads the file, or makes it when it is not there.
    ///
    /// - Parameter now: seconds since 1970.
    package init(file path: String, now: @escaping @Sendable () -> Int64) throws(GatewayError) {
        self.path = path
        self.now = now
        let keys: TorchKeys
        if access(path, F_OK) == 0 {
            keys = try TorchKeys(file: path)
        } else {
            keys = TorchKeys(now: now())
            try keys.write(to: path)
        }
        state = Mutex(State(keys: keys, stamp: FileStamp(path: path), checkedAt: now()))
    }

    convenience init(file path: String) throws(GatewayError) {
        try self.init(file: path) { Int64(time(nil)) }
    }

    /// The keys as they are in the file now; a file that cannot be read leaves them as they were.
    private var keys: TorchKeys {
        let time = now()
        return state.withLock { state in
            if time != state.checkedAt {
                state.checkedAt = time
                let stamp = FileStamp(path: path)
                if stamp != state.stamp, let keys = try? TorchKeys(file: path) {
                    state.keys = keys
                    state.stamp = stamp
                }
            }
            return state.keys
        }
    }

    package func refuse(path: String, scope: Scope, authorization: UnsafeRawBufferPointer?, peer: PeerIdentity) -> Status? {
        if scope.isEmpty { return nil }
        guard let token = authorization.flatMap(TokenAuthorizer.bearer) else { return Status(.unauthenticated, "a bearer token is required") }
        let keys = keys
        let isManagement = path == "/models" || path.hasPrefix("/models/") || path.hasPrefix("/org.pytorch.serve.grpc.management.")
        let wanted: [TorchKeys.Key] =
            scope.contains(.admin) || isManagement ? [keys.management] : scope == .metrics ? [keys.management, keys.inference] : [keys.inference]
        // Every key is compared whole, whether or not one has matched.
        var found: TorchKeys.Key?
        for key in [keys.management, keys.inference] where TokenAuthorizer.isEqual(Array(key.text.utf8), token) { found = key }
        guard let found else { return Status(.unauthenticated, "unknown bearer token") }
        guard found.holds(at: now()) else { return Status(.unauthenticated, "the token has expired") }
        guard wanted.contains(found) else {
            return Status(.permissionDenied, "the token is for \(found == keys.inference ? "inference" : "management") only")
        }
        return nil
    }

    /// A new key of one kind, in place of the old one, for whoever has the API key.
    package func renew(_ kind: String, authorization: String?) throws(WebFailure) -> TorchKeys.Key {
        let known = Array(self.keys.api.text.utf8)
        let given = Array((authorization ?? "").utf8)
        let isAllowed = given.withUnsafeBytes { value in
            TokenAuthorizer.bearer(value).map { TokenAuthorizer.isEqual(known, $0) } ?? false
        }
        guard isAllowed else { throw WebFailure(401, "the API key is required as a bearer token") }
        var keys = self.keys
        let key = TorchKeys.fresh(now())
        switch kind {
        case "management": keys.management = key
        case "inference": keys.inference = key
        default: throw WebFailure(400, "the parameter 'type' must be management or inference")
        }
        do throws(GatewayError) { try keys.write(to: path) } catch { throw WebFailure(500, error.description) }
        let written = keys
        state.withLock { state in
            state.keys = written
            state.stamp = FileStamp(path: path)
        }
        return key
    }
}

/// Allows what either of two allows.
struct EitherAuthorizer: Authorizer {
    let first: any Authorizer
    let second: any Authorizer

    func refuse(path: String, scope: Scope, authorization: UnsafeRawBufferPointer?, peer: PeerIdentity) -> Status? {
        guard let refusal = first.refuse(path: path, scope: scope, authorization: authorization, peer: peer) else { return nil }
        guard let other = second.refuse(path: path, scope: scope, authorization: authorization, peer: peer) else { return nil }
        // The one that knows the token has more to say.
        return refusal.code == .permissionDenied ? refusal : other
    }
}
