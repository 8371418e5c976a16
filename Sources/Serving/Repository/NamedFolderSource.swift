/// Models that are named one by one, each with the folder that holds its versions.
public struct NamedFolderSource: Source {
    public struct Model: Sendable, Hashable {
        public var name: String
        public var folder: String

        public init(name: String, folder: String) {
            self.name = name
            self.folder = folder
        }
    }

    public let name: String
    private let models: [Model]
    private let configurationNames: [String]

    /// - Parameter name: where the list comes from, for messages.
    public init(name: String, models: [Model], configurationNames: [String] = FolderSource.configurationNames) {
        self.name = name
        self.models = models
        self.configurationNames = configurationNames
    }

    public func list() throws(ServingError) -> [ModelListing] {
        // A model whose folder is not there is listed all the same: that it is missing is said when it is loaded.
        models.map { model in
            FolderSource.model(model.name, model.folder, configurationNames) ?? ModelListing(name: model.name, folder: model.folder)
        }
    }
}
