internal import CMessages

extension TFServing {
    /// A call that a model offers.
    public struct SignatureDef: Message {
        public var inputs: [String: TensorInfo] = [:]
        public var outputs: [String: TensorInfo] = [:]
        /// Such as tensorflow/serving/predict.
        public var methodName = ""
        /// Values of inputs that a request leaves out.
        public var defaults: [String: TensorProto] = [:]

        public init() {}

        public init(
            inputs: [String: TensorInfo], outputs: [String: TensorInfo] = [:], methodName: String = "",
            defaults:
                [String: TensorProto] = [:]
        ) {
            self.inputs = inputs
            self.outputs = outputs
            self.methodName = methodName
            self.defaults = defaults
        }
    }

    /// An input or output of a signature.
    public struct TensorInfo: Message {
        /// A sparse tensor, made of three dense ones.
        public struct CooSparse: Message {
            public var valuesTensorName = ""
            public var indicesTensorName = ""
            public var denseShapeTensorName = ""

            public init() {}

            public init(valuesTensorName: String, indicesTensorName: String = "", denseShapeTensorName: String = "") {
                self.valuesTensorName = valuesTensorName
                self.indicesTensorName = indicesTensorName
                self.denseShapeTensorName = denseShapeTensorName
            }
        }

        /// The member that is set.
        public enum Encoding: Hashable, Sendable {
            case name(String)
            case cooSparse(CooSparse)
        }

        public var encoding: Encoding?
        public var dtype = DataType(rawValue: 0)
        public var tensorShape: TensorShapeProto?

        public init() {}

        public init(encoding: Encoding?, dtype: DataType = .init(rawValue: 0), tensorShape: TensorShapeProto? = nil) {
            self.encoding = encoding
            self.dtype = dtype
            self.tensorShape = tensorShape
        }
    }
}

extension TFServing.SignatureDef: MappedMessage {
    static let descriptor = MessageDescriptor(of: tensorflow__signature_def__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.map(1, &inputs)
        fields.map(2, &outputs)
        fields.value(3, &methodName)
        fields.map(4, &defaults)
    }
}

extension TFServing.TensorInfo.CooSparse: MappedMessage {
    static let descriptor = MessageDescriptor(of: tensorflow__tensor_info__coo_sparse__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.value(1, &valuesTensorName)
        fields.value(2, &indicesTensorName)
        fields.value(3, &denseShapeTensorName)
    }
}

extension TFServing.TensorInfo: MappedMessage {
    static let descriptor = MessageDescriptor(of: tensorflow__tensor_info__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.member(1, &encoding, Encoding.name) { if case .name(let value) = $0 { value } else { nil } }
        fields.value(2, &dtype)
        fields.optional(3, &tensorShape)
        fields.member(4, &encoding, Encoding.cooSparse) { if case .cooSparse(let value) = $0 { value } else { nil } }
    }
}
