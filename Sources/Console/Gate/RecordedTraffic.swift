internal import Client
internal import Glibc
package import Serving

/// Recorded requests from files: one document a file, a document a line in `.jsonl`, or a folder of either.
package enum RecordedTraffic {
    /// Requests of one file or folder. Beyond: an error.
    static let maxRequests = 1_000_000

    package struct TrafficError: Error, CustomStringConvertible {
        package let description: String
    }

    /// - Throws: an error that names file, line and what is wrong there.
    package static func read(_ path: String) throws -> [RecordedRequest] {
        if isFolder(path) {
            let names = entries(of: path).filter { $0.hasSuffix(".json") || $0.hasSuffix(".jsonl") }.sorted()
            guard !names.isEmpty else { throw TrafficError(description: "\(path): no .json or .jsonl in it") }
            return try names.flatMap { try read("\(path)/\($0)") }
        }
        let bytes = try LocalFile.read(path)
        guard path.hasSuffix(".jsonl") else { return [try RecordedRequest(name: path, json: bytes)] }
        var requests: [RecordedRequest] = []
        for (index, line) in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated() where !line.isEmpty {
            guard requests.count < maxRequests else { throw TrafficError(description: "\(path): more than \(maxRequests) requests") }
            requests.append(try RecordedRequest(name: "\(path):\(index + 1)", json: Array(line)))
        }
        return requests
    }

    static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    static func entries(of path: String) -> [String] {
        guard let handle = opendir(path) else { return [] }
        defer { closedir(handle) }
        var names: [String] = []
        while let entry = readdir(handle) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names
    }
}
