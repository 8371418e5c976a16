public import Messages

/// The inputs and outputs of a model, as its server describes them.
public struct ModelSignature: Sendable {
    public struct Port: Sendable, Hashable {
        public var name: String
        public var datatype: InferDatatype
        /// -1 where any size fits.
        public var shape: [Int64]

        public init(name: String, datatype: InferDatatype, shape: [Int64]) {
            self.name = name
            self.datatype = datatype
            self.shape = shape
        }
    }

    public var inputs: [Port]
    public var outputs: [Port]

    public init(inputs: [Port], outputs: [Port]) {
        self.inputs = inputs
        self.outputs = outputs
    }
}

extension ModelSignature {
    /// Throws `LoadError` for a datatype that cannot be sent.
    init(_ metadata: ModelMetadataResponse) throws(LoadError) {
        func ports(_ list: [ModelMetadataResponse.TensorMetadata]) throws(LoadError) -> [Port] {
            var ports: [Port] = []
            for tensor in list {
                guard let datatype = InferDatatype(tensor.datatype) else {
                    throw LoadError("'\(tensor.name)' of model '\(metadata.name)' has datatype \(tensor.datatype), which is not known here")
                }
                ports.append(Port(name: tensor.name, datatype: datatype, shape: tensor.shape))
            }
            return ports
        }
        self.init(inputs: try ports(metadata.inputs), outputs: try ports(metadata.outputs))
    }

    init(_ signature: TFServing.SignatureDef, model: String) throws(LoadError) {
        func ports(_ infos: [String: TFServing.TensorInfo]) throws(LoadError) -> [Port] {
            var ports: [Port] = []
            for (name, info) in infos.sorted(by: { $0.key < $1.key }) {
                guard let datatype = TensorFlowTypes.datatype(info.dtype) else {
                    throw LoadError("'\(name)' of model '\(model)' has datatype \(info.dtype), which is not known here")
                }
                ports.append(Port(name: name, datatype: datatype, shape: info.tensorShape?.dim.map(\.size) ?? []))
            }
            return ports
        }
        self.init(inputs: try ports(signature.inputs), outputs: try ports(signature.outputs))
    }
}

/// The datatypes that KServe and TensorFlow Serving both have.
enum TensorFlowTypes {
    private static let pairs: [(InferDatatype, TFServing.DataType)] = [
        (.fp32, .float), (.fp64, .double), (.int32, .int32), (.uint8, .uint8), (.int16, .int16), (.int8, .int8), (.bytes, .string),
        (.int64, .int64), (.bool, .bool), (.bf16, .bfloat16), (.uint16, .uint16), (.fp16, .half), (.uint32, .uint32), (.uint64, .uint64),
    ]

    static func datatype(_ type: TFServing.DataType) -> InferDatatype? { pairs.first { $0.1 == type }?.0 }
    static func type(_ datatype: InferDatatype) -> TFServing.DataType? { pairs.first { $0.0 == datatype }?.1 }
}
