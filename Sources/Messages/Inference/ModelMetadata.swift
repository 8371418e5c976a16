internal import CMessages

/// Asks for the signature of a model.
public struct ModelMetadataRequest: Message {
    public var name = ""
    /// Empty: the version the server would choose.
    public var version = ""

    public init() {}

    public init(name: String, version: String = "") {
        self.name = name
        self.version = version
    }
}

/// The signature of a model.
public struct ModelMetadataResponse: Message {
    /// One input or output.
    public struct TensorMetadata: Message {
        public var name = ""
        /// The datatype in protocol spelling, such as FP32.
        public var datatype = ""
        /// The sizes, with the batch axis; -1 where any size fits.
        public var shape: [Int64] = []

        public init() {}

        public init(name: String, datatype: String = "", shape: [Int64] = []) {
            self.name = name
            self.datatype = datatype
            self.shape = shape
        }
    }

    public var name = ""
    /// The versions that take traffic.
    public var versions: [String] = []
    /// The framework and format of the model, such as onnxruntime_onnx.
    public var platform = ""
    public var inputs: [TensorMetadata] = []
    public var outputs: [TensorMetadata] = []

    public init() {}

    public init(
        name: String, versions: [String] = [], platform: String = "", inputs: [TensorMetadata] = [],
        outputs:
            [TensorMetadata] = []
    ) {
        self.name = name
        self.versions = versions
        self.platform = platform
        self.inputs = inputs
        self.outputs = outputs
    }
}

extension ModelMetadataRequest: MappedMessage {
    static let descriptor = MessageDescriptor(of: inference__model_metadata_request__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.value(1, &name)
        fields.value(2, &version)
    }
}

extension ModelMetadataResponse.TensorMetadata: MappedMessage {
    static let descriptor = MessageDescriptor(of: inference__model_metadata_response__tensor_metadata__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.value(1, &name)
        fields.value(2, &datatype)
        fields.list(3, &shape)
    }
}

extension ModelMetadataResponse: MappedMessage {
    static let descriptor = MessageDescriptor(of: inference__model_metadata_response__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.value(1, &name)
        fields.list(2, &versions)
        fields.value(3, &platform)
        fields.list(4, &inputs)
        fields.list(5, &outputs)
    }
}
