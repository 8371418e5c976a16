/// The backends that this server has, and which of them takes a model.
public struct BackendRegistry: Sendable {
    public private(set) var backends: [any Backend]

    public init(_ backends: [any Backend]) { self.backends = backends }

    public mutating func add(_ backend: any Backend) { backends.append(backend) }

    /// The backend that configurations call `name`, in any case of letters.
    public func named(_ name: String) -> (any Backend)? {
        let wanted = name.lowercased()
        return backends.first { $0.name.lowercased() == wanted || $0.aliases.contains { $0.lowercased() == wanted } }
    }

    /// The first backend that takes one of `fileNames`, and the file it takes.
    public func taking(_ fileNames: Set<String>) -> (backend: any Backend, file: String)? {
        for backend in backends {
            for file in backend.fileNames where fileNames.contains(file) { return (backend, file) }
        }
        return nil
    }

    /// All file names that any backend takes, for messages.
    public var knownFileNames: [String] { backends.flatMap(\.fileNames) }
}
