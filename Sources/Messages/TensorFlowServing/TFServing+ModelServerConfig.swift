internal import CMessages

extension TFServing {
    /// The list of models of a server.
    public struct ModelServerConfig: Message {
        /// The member that is set.
        public enum Config: Hashable, Sendable {
            case modelConfigList(ModelConfigList)
            case customModelConfig(AnyMessage)
        }

        public var config: Config?

        public init() {}

        public init(config: Config?) {
            self.config = config
        }
    }

    /// Models.
    public struct ModelConfigList: Message {
        public var config: [ModelConfig] = []

        public init() {}

        public init(config: [ModelConfig]) {
            self.config = config
        }
    }

    /// One model.
    public struct ModelConfig: Message {
        public var name = ""
        /// The folder that holds its versions.
        public var basePath = ""
        public var modelType = ModelType(rawValue: 0)
        public var modelPlatform = ""
        public var loggingConfig: LoggingConfig?
        public var modelVersionPolicy: VersionPolicy?
        /// Versions by label.
        public var versionLabels: [String: Int64] = [:]

        public init() {}
    }

    /// The kind of a model; model_platform is the newer word.
    public struct ModelType: OpenEnum, MappedEnum {
        public var rawValue: Int32

        public init(rawValue: Int32) {
            self.rawValue = rawValue
        }

        public static let modelTypeUnspecified = ModelType(rawValue: 0)
        public static let tensorflow = ModelType(rawValue: 1)
        public static let other = ModelType(rawValue: 2)

        public static let names: [(value: Int32, name: String)] = [
            (0, "MODEL_TYPE_UNSPECIFIED"), (1, "TENSORFLOW"), (2, "OTHER"),
        ]
    }
}

extension TFServing.ModelServerConfig: MappedMessage {
    static let descriptor = MessageDescriptor(of: tensorflow__serving__model_server_config__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.member(1, &config, Config.modelConfigList) { if case .modelConfigList(let value) = $0 { value } else { nil } }
        fields.member(2, &config, Config.customModelConfig) { if case .customModelConfig(let value) = $0 { value } else { nil } }
    }
}

extension TFServing.ModelConfigList: MappedMessage {
    static let descriptor = MessageDescriptor(of: tensorflow__serving__model_config_list__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.list(1, &config)
    }
}

extension TFServing.ModelConfig: MappedMessage {
    static let descriptor = MessageDescriptor(of: tensorflow__serving__model_config__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.value(1, &name)
        fields.value(2, &basePath)
        fields.value(3, &modelType)
        fields.value(4, &modelPlatform)
        fields.optional(6, &loggingConfig)
        fields.optional(7, &modelVersionPolicy)
        fields.map(8, &versionLabels)
    }
}
