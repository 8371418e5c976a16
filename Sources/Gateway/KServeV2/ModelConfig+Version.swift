internal import Messages
internal import Serving
internal import Tensors

extension ModelConfig {
    /// The configuration of a live version in Triton's terms, completed from the model's file.
    init(completing version: ModelVersion) {
        self.init()
        name = version.model
        platform = version.spec.platform ?? version.platform
        backend = version.backendName
        defaultModelFilename = version.spec.fileName ?? ""
        let batched: Bool
        switch version.batchability {
        case .rows:
            batched = version.maxRows > 1
            maxBatchSize = Int32(clamping: version.maxRows)
        case .single:
            batched = false
            maxBatchSize = 0
        }
        func dims(_ port: TensorSignature) -> [Int64] {
            // The batch extent is not part of a configuration's shape.
            (port.dims ?? [-1]).dropFirst(batched ? 1 : 0).map(Int64.init)
        }
        input = version.signature.inputs.map { port in
            var input = Input()
            input.name = port.name
            input.dataType = .init(port.dataType)
            input.dims = dims(port)
            input.optional = port.isOptional
            return input
        }
        output = version.signature.outputs.map { port in
            var output = Output()
            output.name = port.name
            output.dataType = .init(port.dataType)
            output.dims = dims(port)
            return output
        }
    }
}
