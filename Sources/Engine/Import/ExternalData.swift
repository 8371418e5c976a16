internal import Glibc
internal import Messages

/// The files beside a model that hold its larger tensors. Only files within the model's own folder are ever opened.
final class ExternalData {
    private let folder: String
    private var files: [String: ONNXBytes] = [:]

    /// Nil when the folder cannot be resolved.
    init?(folder: String) {
        guard let resolved = Self.resolve(folder) else { return nil }
        self.folder = resolved
    }

    /// The bytes that `location`, `offset` and `length` name.
    func bytes(_ entries: [ONNXEntry], place: String) throws(EngineError) -> ONNXBytes {
        var location: String?
        var offset = 0
        var length: Int?
        for entry in entries {
            switch entry.key {
            case "location": location = entry.value
            case "offset": offset = try number(entry, place: place)
            case "length": length = try number(entry, place: place)
            default: continue
            }
        }
        guard let location, !location.isEmpty else {
            throw EngineError(.malformedModel, "external elements without a location", place: place)
        }
        let file = try open(location, place: place)
        let count = length ?? file.count - min(offset, file.count)
        guard offset <= file.count, count <= file.count - offset else {
            throw EngineError(
                .malformedModel, "bytes \(offset) and \(count) more of '\(location)', which has \(file.count)", place: place)
        }
        return file.slice(offset..<offset + count)
    }

    private func open(_ location: String, place: String) throws(EngineError) -> ONNXBytes {
        if let file = files[location] { return file }
        let components = location.split(separator: "/", omittingEmptySubsequences: false)
        guard !location.hasPrefix("/"), !components.contains(".."), !location.utf8.contains(0),
            // What `..` cannot do, a symbolic link could.
            let resolved = Self.resolve(folder + "/" + location) ?? Optional(""),
            resolved.isEmpty || resolved.hasPrefix(folder == "/" ? "/" : folder + "/")
        else {
            throw EngineError(.malformedModel, "external data '\(location)' leaves the model's folder", place: place)
        }
        guard !resolved.isEmpty else {
            throw EngineError(.unreadable, "external data '\(location)' is missing from the model's folder", place: place)
        }
        do {
            let file = try ONNXBytes(file: resolved)
            files[location] = file
            return file
        } catch {
            throw EngineError(.unreadable, error.message, place: place)
        }
    }

    private func number(_ entry: ONNXEntry, place: String) throws(EngineError) -> Int {
        guard let value = Int(entry.value), value >= 0 else {
            throw EngineError(.malformedModel, "external \(entry.key) '\(entry.value)' is not a size", place: place)
        }
        return value
    }

    private static func resolve(_ path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }
}
