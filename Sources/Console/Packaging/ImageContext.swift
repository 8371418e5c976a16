internal import Client
internal import Glibc

/// What `martlet package` does: a build context of a model repository on top of the server's image. The build itself runs
/// `martlet check`, and so the golden requests: an image whose models do not answer right cannot come to be.
public struct ImageContext {
    public static let defaultImage = "localhost/martlet:latest"

    /// Bounds on what is copied, against a wrong path. Beyond: an error.
    static let maxFiles = 100_000
    static let maxBytes: Int64 = 1 << 40

    private let models: String
    private let output: String
    private let image: String

    public struct PackageError: Error, CustomStringConvertible {
        public let description: String
    }

    public init(models: String, output: String, image: String) {
        self.models = models
        self.output = output
        self.image = image
    }

    /// Copies and writes; returns what to do next. Throws when the models are at fault, or a file cannot be read or written.
    public func write() throws -> String {
        let trees = try repository()
        guard RecordedTraffic.entries(of: output).isEmpty else { throw PackageError(description: "\(output): there is something in it already") }
        let isGood = RepositoryCheck(path: trees.check).run()
        if trees.check != models, let (name, _) = trees.models.first, trees.check.hasSuffix(".check") {
            unlink("\(trees.check)/\(name)")
            rmdir(trees.check)
        }
        guard isGood else { throw PackageError(description: "\(models): not packaged, see the faults above") }
        var copied = (files: 0, bytes: Int64(0))
        for (name, path) in trees.models { try copy(path, to: "\(output)/models/\(name)", &copied) }
        try LocalFile.write(Array(Self.dockerfile(image: image).utf8), to: "\(output)/Dockerfile")
        try LocalFile.write(Array("*\n!models\n".utf8), to: "\(output)/.dockerignore")
        return """
            \(copied.files) files, \(Quantity.bytes(Int(copied.bytes))) in \(output)
            build it:  buildah build -t NAME \(output)     or docker, podman: build -t NAME \(output)

            """
    }

    static func dockerfile(image: String) -> String {
        """
        # Models on top of the server. The first stage answers the golden requests; the build ends where one is wrong.
        ARG MARTLET=\(image)
        FROM ${MARTLET} AS checked
        COPY --chown=65532:65532 models /models
        RUN ["/usr/local/bin/martlet", "check", "/models"]

        FROM ${MARTLET}
        ARG MODEL_VERSION=unknown
        LABEL org.opencontainers.image.version="${MODEL_VERSION}"
        COPY --from=checked /models /models

        """
    }

    /// The folders to copy by model, and what to check.
    private func repository() throws -> (models: [(name: String, path: String)], check: String) {
        var whole = models
        while whole.count > 1, whole.hasSuffix("/") { whole.removeLast() }
        guard RecordedTraffic.isFolder(whole) else { throw PackageError(description: "\(models): no such folder") }
        let inside = RecordedTraffic.entries(of: whole).sorted()
        let isModel = inside.contains { Int64($0) != nil && RecordedTraffic.isFolder("\(whole)/\($0)") }
        guard isModel else {
            return (inside.filter { RecordedTraffic.isFolder("\(whole)/\($0)") }.map { ($0, "\(whole)/\($0)") }, whole)
        }
        guard let resolved = realpath(whole, nil) else { throw PackageError(description: "\(models): \(String(cString: strerror(errno)))") }
        defer { free(resolved) }
        let path = String(cString: resolved)
        let name = path.split(separator: "/").last.map(String.init) ?? "model"
        // Checked as it will be: alone.
        try copyForCheck(path, name)
        return ([(name, path)], "\(output).check")
    }

    private func copyForCheck(_ path: String, _ name: String) throws {
        try makeFolder("\(output).check")
        unlink("\(output).check/\(name)")
        guard symlink(path, "\(output).check/\(name)") == 0 else {
            throw PackageError(description: "\(output).check: \(String(cString: strerror(errno)))")
        }
    }

    private func copy(_ source: String, to target: String, _ copied: inout (files: Int, bytes: Int64)) throws {
        try makeFolder(target)
        for name in RecordedTraffic.entries(of: source).sorted() {
            let (from, to) = ("\(source)/\(name)", "\(target)/\(name)")
            if RecordedTraffic.isFolder(from) {
                try copy(from, to: to, &copied)
                continue
            }
            var status = stat()
            guard stat(from, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { continue }
            copied.files += 1
            copied.bytes += Int64(status.st_size)
            guard copied.files <= Self.maxFiles, copied.bytes <= Self.maxBytes else {
                throw PackageError(description: "\(models): more than \(Self.maxFiles) files or \(Quantity.bytes(Int(Self.maxBytes)))")
            }
            try LocalFile.copy(from, to: to)
        }
    }

    private func makeFolder(_ path: String) throws {
        var built = path.hasPrefix("/") ? "" : "."
        for part in path.split(separator: "/") {
            built += "/\(part)"
            guard mkdir(built, 0o755) == 0 || errno == EEXIST else {
                throw PackageError(description: "\(built): \(String(cString: strerror(errno)))")
            }
        }
    }
}
