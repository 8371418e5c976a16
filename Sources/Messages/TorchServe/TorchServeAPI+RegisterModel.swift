internal import CMessages

extension TorchServeAPI {
    /// Asks to load a model.
    public struct RegisterModelRequest: Message {
        public var batchSize: Int32 = 0
        public var handler = ""
        public var initialWorkers: Int32 = 0
        /// Milliseconds.
        public var maxBatchDelay: Int32 = 0
        /// Empty: the name in the archive.
        public var modelName = ""
        /// Seconds.
        public var responseTimeout: Int32 = 0
        public var runtime = ""
        /// Wait until the workers run.
        public var synchronous = false
        /// Where the archive is.
        public var url = ""
        public var s3SseKms = false
        /// Seconds.
        public var startupTimeout: Int32 = 0

        public init() {}
    }

    /// Asks to remove a model.
    public struct UnregisterModelRequest: Message {
        public var modelName = ""
        /// Empty: the default version.
        public var modelVersion = ""

        public init() {}

        public init(modelName: String, modelVersion: String = "") {
            self.modelName = modelName
            self.modelVersion = modelVersion
        }
    }

    /// Asks to make a version the default one.
    public struct SetDefaultRequest: Message {
        public var modelName = ""
        public var modelVersion = ""

        public init() {}

        public init(modelName: String, modelVersion: String = "") {
            self.modelName = modelName
            self.modelVersion = modelVersion
        }
    }
}

extension TorchServeAPI.RegisterModelRequest: MappedMessage {
    static let descriptor = MessageDescriptor(of: org__pytorch__serve__grpc__management__register_model_request__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.value(1, &batchSize)
        fields.value(2, &handler)
        fields.value(3, &initialWorkers)
        fields.value(4, &maxBatchDelay)
        fields.value(5, &modelName)
        fields.value(6, &responseTimeout)
        fields.value(7, &runtime)
        fields.value(8, &synchronous)
        fields.value(9, &url)
        fields.value(10, &s3SseKms)
        fields.value(11, &startupTimeout)
    }
}

extension TorchServeAPI.UnregisterModelRequest: MappedMessage {
    static let descriptor = MessageDescriptor(of: org__pytorch__serve__grpc__management__unregister_model_request__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.value(1, &modelName)
        fields.value(2, &modelVersion)
    }
}

extension TorchServeAPI.SetDefaultRequest: MappedMessage {
    static let descriptor = MessageDescriptor(of: org__pytorch__serve__grpc__management__set_default_request__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.value(1, &modelName)
        fields.value(2, &modelVersion)
    }
}
