/// Where models come from. A folder is one; what it must be able to do is little, so that others can follow.
public protocol Source: Sendable {
    /// For messages, such as the folder's path.
    var name: String { get }

    /// What there is now. May take long; called on a loading thread. Throws only when the source itself cannot be read:
    /// a model that is wrong is listed with its faults.
    func list() throws(ServingError) -> [ModelListing]
}

/// One model as a source has it.
public struct ModelListing: Sendable, Hashable {
    public var name: String
    /// The model's folder, where its configuration and its versions are; nil when there is none.
    public var folder: String?
    /// Configuration files beside the versions, by name.
    public var configurations: [FileListing]
    public var versions: [VersionListing]

    public init(name: String, folder: String?, configurations: [FileListing] = [], versions: [VersionListing] = []) {
        self.name = name
        self.folder = folder
        self.configurations = configurations
        self.versions = versions
    }
}

/// One version of a model as a source has it.
public struct VersionListing: Sendable, Hashable {
    public var number: Int64
    public var folder: String?
    /// All files below the folder, by path relative to it, in order.
    public var files: [FileListing]
    /// What there ought to be, when the version says so itself.
    public var manifest: VersionManifest?

    public init(number: Int64, folder: String?, files: [FileListing], manifest: VersionManifest? = nil) {
        self.number = number
        self.folder = folder
        self.files = files
        self.manifest = manifest
    }

    /// When the youngest file was last written, nanoseconds since 1970; 0 without files.
    public var youngestNanos: Int64 { files.map(\.modifiedNanos).max() ?? 0 }
}

/// What tells one state of a file from another without reading it.
public struct FileListing: Sendable, Hashable {
    public var name: String
    public var byteCount: Int64
    /// Nanoseconds since 1970.
    public var modifiedNanos: Int64
    public var inode: UInt64

    public init(name: String, byteCount: Int64, modifiedNanos: Int64, inode: UInt64) {
        self.name = name
        self.byteCount = byteCount
        self.modifiedNanos = modifiedNanos
        self.inode = inode
    }
}
