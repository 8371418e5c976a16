internal import CZlib
internal import Glibc
internal import JSON

/// What a version's folder ought to hold, written by whoever copies it: `manifest.json` in the folder,
///
///     {"files": {"model.onnx": {"size": 12345, "crc32": "1c291ca3"}}}
///
/// A version with a manifest is whole as soon as its files have their sizes; checksums, where given, are compared before it is loaded.
public struct VersionManifest: Sendable, Hashable {
    public struct File: Sendable, Hashable {
        public var size: Int64
        /// Of the content, as zlib computes it; nil when the manifest does not say.
        public var crc32: UInt32?

        public init(size: Int64, crc32: UInt32? = nil) {
            self.size = size
            self.crc32 = crc32
        }
    }

    public static let fileName = "manifest.json"

    /// By path below the version's folder.
    public var files: [String: File]
    /// What is wrong with the manifest itself; such a version is never whole.
    public var fault: String?

    public init(files: [String: File], fault: String? = nil) {
        self.files = files
        self.fault = fault
    }

    init(json: [UInt8]) {
        self.init(files: [:])
        let read = json.withUnsafeBytes { bytes in Result { () throws(JSONError) in try JSONDocument(bytes) } }
        switch read {
        case .failure(let error): fault = "\(Self.fileName) is not readable: \(error)"
        case .success(let document):
            guard case .object(let entries)? = document["files"] else {
                fault = "\(Self.fileName) is not readable: it has no object 'files'"
                return
            }
            for (name, entry) in entries { add(name, entry) }
        }
    }

    private mutating func add(_ name: String, _ entry: JSONDocument) {
        guard case .int(let size)? = entry["size"], size >= 0 else {
            fault = "\(Self.fileName) is not readable: '\(name)' has no size"
            return
        }
        var file = File(size: size)
        switch entry["crc32"] {
        case nil, .null?: break
        case .string(let text)?:
            file.crc32 = UInt32(text, radix: 16)
            if file.crc32 == nil { fault = "\(Self.fileName): '\(text)' is no CRC-32" }
        default: fault = "\(Self.fileName): the CRC-32 of '\(name)' must be a string of hexadecimal digits"
        }
        files[name] = file
    }

    /// Whether everything that the manifest names is there in its size.
    func isComplete(_ listed: [FileListing]) -> Bool {
        guard fault == nil else { return false }
        for (name, file) in files where !listed.contains(where: { $0.name == name && $0.byteCount == file.size }) { return false }
        return true
    }

    /// Compares contents with checksums. Reads every file that has one. On a loading thread.
    func check(folder: String) throws(ServingError) {
        if let fault { throw ServingError(.invalidArgument, "\(folder): \(fault)") }
        for (name, file) in files.sorted(by: { $0.key < $1.key }) {
            guard let expected = file.crc32 else { continue }
            guard !name.split(separator: "/").contains(".."), let actual = Self.crc32(of: "\(folder)/\(name)") else {
                throw ServingError(.unavailable, "cannot read '\(folder)/\(name)', which \(Self.fileName) names")
            }
            if actual != expected {
                throw ServingError(
                    .invalidArgument,
                    "'\(folder)/\(name)' has the checksum \(String(actual, radix: 16)), but \(Self.fileName) says \(String(expected, radix: 16))")
            }
        }
    }

    private static func crc32(of path: String) -> UInt32? {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var sum = CZlib.crc32(0, nil, 0)
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            let count = read(file, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            if count < 0 { return nil }
            if count == 0 { return UInt32(truncatingIfNeeded: sum) }
            sum = CZlib.crc32(sum, buffer, UInt32(count))
        }
    }
}
