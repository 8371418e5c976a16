internal import Glibc

/// Whole files, read and written by tools. Blocks; not for a server's threads.
public enum LocalFile {
    public struct FileError: Error, CustomStringConvertible {
        public let description: String
    }

    public static func read(_ path: String) throws(FileError) -> [UInt8] {
        guard let file = fopen(path, "rb") else { throw failure(path) }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        let piece = 1 << 16
        while true {
            let start = bytes.count
            bytes.append(contentsOf: repeatElement(0, count: piece))
            let count = bytes.withUnsafeMutableBytes { fread($0.baseAddress! + start, 1, piece, file) }
            bytes.removeLast(piece - count)
            if count < piece {
                if ferror(file) != 0 { throw failure(path) }
                return bytes
            }
        }
    }

    public static func write(_ bytes: [UInt8], to path: String) throws(FileError) {
        guard let file = fopen(path, "wb") else { throw failure(path) }
        let written = bytes.withUnsafeBytes { $0.count == 0 ? 0 : fwrite($0.baseAddress!, 1, $0.count, file) }
        guard fclose(file) == 0, written == bytes.count else { throw failure(path) }
    }

    /// Copies piece by piece, so that large files need no memory.
    public static func copy(_ source: String, to target: String) throws(FileError) {
        guard let from = fopen(source, "rb") else { throw failure(source) }
        defer { fclose(from) }
        guard let to = fopen(target, "wb") else { throw failure(target) }
        var piece = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            let count = fread(&piece, 1, piece.count, from)
            guard fwrite(piece, 1, count, to) == count else {
                fclose(to)
                throw failure(target)
            }
            if count < piece.count { break }
        }
        guard ferror(from) == 0 else {
            fclose(to)
            throw failure(source)
        }
        guard fclose(to) == 0 else { throw failure(target) }
    }

    private static func failure(_ path: String) -> FileError {
        FileError(description: "\(path): \(String(cString: strerror(errno)))")
    }
}
