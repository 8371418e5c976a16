internal import CMessages

/// Asks what the repository holds.
public struct RepositoryIndexRequest: Message {
    /// Empty: all repositories.
    public var repositoryName = ""
    /// Only what takes traffic.
    public var ready = false

    public init() {}

    public init(repositoryName: String, ready: Bool = false) {
        self.repositoryName = repositoryName
        self.ready = ready
    }
}

/// What the repository holds.
public struct RepositoryIndexResponse: Message {
    /// One version of a model.
    public struct ModelIndex: Message {
        public var name = ""
        public var version = ""
        /// UNKNOWN, READY, UNAVAILABLE, LOADING or UNLOADING.
        public var state = ""
        /// Why it is in that state, when there is more to say.
        public var reason = ""

        public init() {}

        public init(name: String, version: String = "", state: String = "", reason: String = "") {
            self.name = name
            self.version = version
            self.state = state
            self.reason = reason
        }
    }

    public var models: [ModelIndex] = []

    public init() {}

    public init(models: [ModelIndex]) {
        self.models = models
    }
}

extension RepositoryIndexRequest: MappedMessage {
    static let descriptor = MessageDescriptor(of: inference__repository_index_request__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.value(1, &repositoryName)
        fields.value(2, &ready)
    }
}

extension RepositoryIndexResponse.ModelIndex: MappedMessage {
    static let descriptor = MessageDescriptor(of: inference__repository_index_response__model_index__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.value(1, &name)
        fields.value(2, &version)
        fields.value(3, &state)
        fields.value(4, &reason)
    }
}

extension RepositoryIndexResponse: MappedMessage {
    static let descriptor = MessageDescriptor(of: inference__repository_index_response__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.list(1, &models)
    }
}
