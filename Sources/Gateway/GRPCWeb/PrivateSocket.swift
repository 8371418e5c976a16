internal import Glibc

/// A place for a Unix socket that only this user can reach: a fresh folder of mode 0700, removed with it.
final class PrivateSocket: Sendable {
    let path: String
    private let folder: String

    /// Nil when there is nowhere to make it.
    init?() {
        let base = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var template = Array("\(base)/martlet-XXXXXX".utf8CString)
        guard let made = mkdtemp(&template) else { return nil }
        folder = String(cString: made)
        path = folder + "/grpc"
    }

    func remove() {
        unlink(path)
        rmdir(folder)
    }
}
