internal import Glibc
internal import Text

/// Models in a folder, laid out as Triton does: `<model>/<version>/<file>`, configurations beside the versions.
public struct FolderSource: Source {
    public let path: String
    /// Configuration files that are looked for beside the versions.
    public let configurationNames: [String]

    /// Bounds on what is walked. Beyond: the rest is not seen, and the model says so when it is loaded.
    static let maxDepth = 6
    static let maxFilesPerVersion = 4096
    static let maxManifestBytes = 4 << 20

    public static let configurationNames = ["config.pbtxt", "model.yaml"]

    public init(path: String, configurationNames: [String] = FolderSource.configurationNames) {
        self.path = path
        self.configurationNames = configurationNames
    }

    public var name: String { path }

    public func list() throws(ServingError) -> [ModelListing] {
        guard let names = Directory.names(in: path) else {
            throw ServingError(.notFound, "cannot read the model repository '\(path)': \(Directory.lastError)")
        }
        var models: [ModelListing] = []
        for name in names.sorted() where !name.hasPrefix(".") {
            // A folder with neither is not a model: repositories hold other things too.
            guard let model = Self.model(name, "\(path)/\(name)", configurationNames) else { continue }
            models.append(model)
        }
        return models
    }

    /// The model in a folder; nil when there are neither versions nor configurations.
    static func model(_ name: String, _ folder: String, _ configurationNames: [String]) -> ModelListing? {
        guard Directory.isFolder(folder), let inside = Directory.names(in: folder) else { return nil }
        var model = ModelListing(name: name, folder: folder)
        for entry in inside.sorted() {
            if configurationNames.contains(entry), let file = Directory.file("\(folder)/\(entry)", name: entry) {
                model.configurations.append(file)
            } else if let number = versionNumber(entry), Directory.isFolder("\(folder)/\(entry)") {
                model.versions.append(version(number, "\(folder)/\(entry)"))
            }
        }
        model.versions.sort { $0.number < $1.number }
        return model.configurations.isEmpty && model.versions.isEmpty ? nil : model
    }

    /// The version that a folder's name stands for: a positive number without leading zeros.
    static func versionNumber(_ name: String) -> Int64? {
        guard let first = name.utf8.first, first >= UInt8(ascii: "1"), first <= UInt8(ascii: "9") else { return nil }
        return name.utf8.allSatisfy { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") } ? Int64(name) : nil
    }

    private static func version(_ number: Int64, _ folder: String) -> VersionListing {
        var listing = VersionListing(number: number, folder: folder, files: files(below: folder))
        if listing.files.contains(where: { $0.name == VersionManifest.fileName }),
            let json = try? BoundedFile.contents(of: "\(folder)/\(VersionManifest.fileName)", limit: maxManifestBytes)
        {
            listing.manifest = VersionManifest(json: json)
        }
        return listing
    }

    private static func files(below folder: String) -> [FileListing] {
        var found: [FileListing] = []
        var pending = [(path: folder, prefix: "", depth: 0)]
        while let next = pending.popLast() {
            guard let names = Directory.names(in: next.path) else { continue }
            for name in names where !name.hasPrefix(".") {
                let path = "\(next.path)/\(name)"
                if Directory.isFolder(path) {
                    if next.depth < maxDepth { pending.append((path, "\(next.prefix)\(name)/", next.depth + 1)) }
                } else if let file = Directory.file(path, name: next.prefix + name) {
                    found.append(file)
                    if found.count == maxFilesPerVersion { return found.sorted { $0.name < $1.name } }
                }
            }
        }
        return found.sorted { $0.name < $1.name }
    }
}
