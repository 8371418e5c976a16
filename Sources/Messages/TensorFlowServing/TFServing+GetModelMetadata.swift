internal import CMessages

extension TFServing {
    /// Asks what is known of a model.
    public struct GetModelMetadataRequest: Message {
        public var modelSpec: ModelSpec?
        /// Kinds of knowledge; signature_def is the one there is.
        public var metadataField: [String] = []

        public init() {}

        public init(modelSpec: ModelSpec?, metadataField: [String] = []) {
            self.modelSpec = modelSpec
            self.metadataField = metadataField
        }
    }

    /// What is known of a model.
    public struct GetModelMetadataResponse: Message {
        public var modelSpec: ModelSpec?
        /// Keyed by kind; signature_def holds a SignatureDefMap.
        public var metadata: [String: AnyMessage] = [:]

        public init() {}

        public init(modelSpec: ModelSpec?, metadata: [String: AnyMessage] = [:]) {
            self.modelSpec = modelSpec
            self.metadata = metadata
        }
    }

    /// Signatures by their name.
    public struct SignatureDefMap: Message {
        public var signatureDef: [String: SignatureDef] = [:]

        public init() {}

        public init(signatureDef: [String: SignatureDef]) {
            self.signatureDef = signatureDef
        }
    }
}

extension TFServing.GetModelMetadataRequest: MappedMessage {
    static let descriptor = MessageDescriptor(of: tensorflow__serving__get_model_metadata_request__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.optional(1, &modelSpec)
        fields.list(2, &metadataField)
    }
}

extension TFServing.GetModelMetadataResponse: MappedMessage {
    static let descriptor = MessageDescriptor(of: tensorflow__serving__get_model_metadata_response__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.optional(1, &modelSpec)
        fields.map(2, &metadata)
    }
}

extension TFServing.SignatureDefMap: MappedMessage {
    static let descriptor = MessageDescriptor(of: tensorflow__serving__signature_def_map__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.map(1, &signatureDef)
    }
}
