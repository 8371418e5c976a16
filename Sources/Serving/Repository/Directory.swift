internal import Glibc

/// The few questions that are asked of the file system.
enum Directory {
    /// Names of the entries of `path` without `.` and `..`, unordered; nil when it cannot be read.
    static func names(in path: String) -> [String]? {
        guard let handle = opendir(path) else { return nil }
        defer { closedir(handle) }
        var names: [String] = []
        while let entry = readdir(handle) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }

    static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    static func file(_ path: String, name: String) -> FileListing? {
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        return FileListing(
            name: name, byteCount: Int64(status.st_size),
            modifiedNanos: Int64(status.st_mtim.tv_sec) * 1_000_000_000 + Int64(status.st_mtim.tv_nsec), inode: UInt64(status.st_ino))
    }

    /// Bytes of a file that belongs to a model, where its reader says nothing else. Beyond: it counts as unreadable.
    static let maxFileBytes = 64 << 20

    static var lastError: String { String(cString: strerror(errno)) }
}
