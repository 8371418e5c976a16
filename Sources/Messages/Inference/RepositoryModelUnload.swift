internal import CMessages

/// Asks to unload a model.
public struct RepositoryModelUnloadRequest: Message {
    public var repositoryName = ""
    public var modelName = ""
    /// unload_dependents: also the models an ensemble uses.
    public var parameters: [String: ModelRepositoryParameter] = [:]

    public init() {}

    public init(repositoryName: String, modelName: String = "", parameters: [String: ModelRepositoryParameter] = [:]) {
        self.repositoryName = repositoryName
        self.modelName = modelName
        self.parameters = parameters
    }
}

/// The model is unloading.
public struct RepositoryModelUnloadResponse: Message {
    public init() {}
}

extension RepositoryModelUnloadRequest: MappedMessage {
    static let descriptor = MessageDescriptor(of: inference__repository_model_unload_request__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.value(1, &repositoryName)
        fields.value(2, &modelName)
        fields.map(3, &parameters)
    }
}

extension RepositoryModelUnloadResponse: MappedMessage {
    static let descriptor = MessageDescriptor(of: inference__repository_model_unload_response__init)

    mutating func visit(_ fields: inout some FieldVisitor) {}
}
