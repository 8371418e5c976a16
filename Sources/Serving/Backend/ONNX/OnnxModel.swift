internal import Engine
internal import Tensors

/// A loaded ONNX model as the serving core sees it: tensors in, tensors out.
final class OnnxModel: LoadedModel {
    let model: Model
    let signature: ModelSignature
    let batchability: Batchability
    let memoryBytes: Int
    /// How each output becomes a tensor.
    let conversions: [OutputConversion]

    init(_ model: Model, fileBytes: Int) throws(EngineError) {
        self.model = model
        memoryBytes = fileBytes
        var inputs: [TensorSignature] = []
        for port in model.signature.inputs {
            switch port.type {
            case .tensor(let dataType):
                inputs.append(TensorSignature(port, dataType: dataType, isOptional: false))
            case .optional(.tensor(let dataType)):
                inputs.append(TensorSignature(port, dataType: dataType, isOptional: true))
            default:
                throw EngineError(.unsupported, "an input of type \(port.type) cannot come over the wire", place: "input '\(port.name)'")
            }
        }
        var outputs: [TensorSignature] = []
        var conversions: [OutputConversion] = []
        for port in model.signature.outputs {
            let conversion = try OutputConversion(port)
            conversions.append(conversion)
            outputs.append(conversion.signature(port))
        }
        signature = ModelSignature(inputs: inputs, outputs: outputs)
        self.conversions = conversions
        switch model.batchability {
        case .batchable: batchability = .rows(sharedOutputs: [])
        case .separate(let node, let reason):
            batchability = .single(reason: node.map { "at \($0) \(reason)" } ?? reason)
        }
    }

    func makeRunner() -> any ModelRunner { OnnxRunner(self) }
}

extension TensorSignature {
    init(_ port: Signature.Port, dataType: DataType, isOptional: Bool) {
        self.init(
            name: port.name, dataType: dataType, dims: port.dims.map { $0.map { $0.value ?? -1 } },
            // A question mark is how some converters write that an extent is not known, not what it is called.
            symbols: (port.dims ?? []).map { if case .symbol(let name) = $0, name != "?" { name } else { nil } }, isOptional: isOptional)
    }
}
