internal import CMessages

/// Asks to load a model.
public struct RepositoryModelLoadRequest: Message {
    public var repositoryName = ""
    public var modelName = ""
    /// config: a configuration as JSON; file:<path>: the content of a file of the model.
    public var parameters: [String: ModelRepositoryParameter] = [:]

    public init() {}

    public init(repositoryName: String, modelName: String = "", parameters: [String: ModelRepositoryParameter] = [:]) {
        self.repositoryName = repositoryName
        self.modelName = modelName
        self.parameters = parameters
    }
}

/// The model is loaded.
public struct RepositoryModelLoadResponse: Message {
    public init() {}
}

/// An option of a load or unload; exactly one member is set.
public struct ModelRepositoryParameter: Message {
    /// The member that is set.
    public enum Choice: Hashable, Sendable {
        case bool(Bool)
        case int64(Int64)
        case string(String)
        case bytes([UInt8])
    }

    public var choice: Choice?

    public init() {}

    public init(choice: Choice?) {
        self.choice = choice
    }
}

extension RepositoryModelLoadRequest: MappedMessage {
    static let descriptor = MessageDescriptor(of: inference__repository_model_load_request__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.value(1, &repositoryName)
        fields.value(2, &modelName)
        fields.map(3, &parameters)
    }
}

extension RepositoryModelLoadResponse: MappedMessage {
    static let descriptor = MessageDescriptor(of: inference__repository_model_load_response__init)

    mutating func visit(_ fields: inout some FieldVisitor) {}
}

extension ModelRepositoryParameter: MappedMessage {
    static let descriptor = MessageDescriptor(of: inference__model_repository_parameter__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.member(1, &choice, Choice.bool) { if case .bool(let value) = $0 { value } else { nil } }
        fields.member(2, &choice, Choice.int64) { if case .int64(let value) = $0 { value } else { nil } }
        fields.member(3, &choice, Choice.string) { if case .string(let value) = $0 { value } else { nil } }
        fields.member(4, &choice, Choice.bytes) { if case .bytes(let value) = $0 { value } else { nil } }
    }
}
