internal import Glibc

/// What a path leads to, links followed. Any thread; blocks as the file system does.
package struct PathFacts {
    package enum Kind: Sendable {
        case file
        case folder
        /// A device, a pipe, a socket.
        case other
    }

    package let kind: Kind
    package let byteCount: Int
    /// Who may do what: the nine bits, and the three above them.
    package let permissions: UInt32

    /// Nil when it leads to nothing, or to where we may not look.
    package init?(_ path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        switch status.st_mode & S_IFMT {
        case S_IFREG: kind = .file
        case S_IFDIR: kind = .folder
        default: kind = .other
        }
        byteCount = Int(status.st_size)
        permissions = status.st_mode & 0o7777
    }
}
