internal import CMessages

/// Asks for the configuration of a model.
public struct ModelConfigRequest: Message {
    public var name = ""
    /// Empty: the version the server would choose.
    public var version = ""

    public init() {}

    public init(name: String, version: String = "") {
        self.name = name
        self.version = version
    }
}

/// The configuration of a model.
public struct ModelConfigResponse: Message {
    public var config: ModelConfig?

    public init() {}

    public init(config: ModelConfig?) {
        self.config = config
    }
}

extension ModelConfigRequest: MappedMessage {
    static let descriptor = MessageDescriptor(of: inference__model_config_request__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.value(1, &name)
        fields.value(2, &version)
    }
}

extension ModelConfigResponse: MappedMessage {
    static let descriptor = MessageDescriptor(of: inference__model_config_response__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.optional(1, &config)
    }
}
