internal import CMessages

extension TorchServeAPI {
    /// Asks for the state of a model.
    public struct DescribeModelRequest: Message {
        public var modelName = ""
        /// Empty: the default version.
        public var modelVersion = ""
        /// Ask the model's handler too.
        public var customized = false

        public init() {}

        public init(modelName: String, modelVersion: String = "", customized: Bool = false) {
            self.modelName = modelName
            self.modelVersion = modelVersion
            self.customized = customized
        }
    }

    /// Asks for the names of the models.
    public struct ListModelsRequest: Message {
        /// Names per answer; 0 stands for 100.
        public var limit: Int32 = 0
        /// Where the last answer ended.
        public var nextPageToken: Int32 = 0

        public init() {}

        public init(limit: Int32, nextPageToken: Int32 = 0) {
            self.limit = limit
            self.nextPageToken = nextPageToken
        }
    }

    /// The answer to every call.
    public struct ManagementResponse: Message {
        /// JSON.
        public var msg = ""

        public init() {}

        public init(msg: String) {
            self.msg = msg
        }
    }
}

extension TorchServeAPI.DescribeModelRequest: MappedMessage {
    static let descriptor = MessageDescriptor(of: org__pytorch__serve__grpc__management__describe_model_request__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.value(1, &modelName)
        fields.value(2, &modelVersion)
        fields.value(3, &customized)
    }
}

extension TorchServeAPI.ListModelsRequest: MappedMessage {
    static let descriptor = MessageDescriptor(of: org__pytorch__serve__grpc__management__list_models_request__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.value(1, &limit)
        fields.value(2, &nextPageToken)
    }
}

extension TorchServeAPI.ManagementResponse: MappedMessage {
    static let descriptor = MessageDescriptor(of: org__pytorch__serve__grpc__management__management_response__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.value(1, &msg)
    }
}
