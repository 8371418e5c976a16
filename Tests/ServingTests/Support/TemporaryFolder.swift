import Glibc

/// A folder that lives as long as the object.
final class TemporaryFolder {
    let path: String

    init() {
        var template = Array("/tmp/serving-test-XXXXXX".utf8CString)
        path = template.withUnsafeMutableBufferPointer { buffer in String(cString: mkdtemp(buffer.baseAddress!)) }
    }

    deinit { Self.remove(path) }

    /// Writes a file below the folder, making folders on the way.
    func write(_ text: String, to file: String) {
        var folder = path
        for part in file.split(separator: "/").dropLast() {
            folder += "/\(part)"
            mkdir(folder, 0o755)
        }
        let handle = fopen("\(path)/\(file)", "w")!
        fputs(text, handle)
        fclose(handle)
    }

    func append(_ text: String, to file: String) {
        let handle = fopen("\(path)/\(file)", "a")!
        fputs(text, handle)
        fclose(handle)
    }

    func remove(_ file: String) { Self.remove("\(path)/\(file)") }

    static func read(_ path: String) -> [UInt8]? {
        guard let handle = fopen(path, "r") else { return nil }
        defer { fclose(handle) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = fread(&buffer, 1, buffer.count, handle)
            if count == 0 { return bytes }
            bytes += buffer[0..<count]
        }
    }

    private static func remove(_ path: String) {
        var status = stat()
        guard lstat(path, &status) == 0 else { return }
        if status.st_mode & S_IFMT == S_IFDIR, let handle = opendir(path) {
            while let entry = readdir(handle) {
                let name = withUnsafePointer(to: &entry.pointee.d_name) {
                    $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                }
                if name != ".", name != ".." { remove("\(path)/\(name)") }
            }
            closedir(handle)
            rmdir(path)
        } else {
            unlink(path)
        }
    }
}
