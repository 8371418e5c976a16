internal import Messages
internal import Serving
internal import Tensors

extension ModelConfig {
    /// The configuration of a live version in Triton's terms: what was said, completed from the model's file.
    init(completing version: ModelVersion) {
        self.init()
        let spec = version.spec
        name = version.model
        platform = spec.platform ?? version.platform
        backend = spec.backend ?? version.backendName
        defaultModelFilename = spec.fileName ?? ""
        let batched: Bool
        switch version.batchability {
        case .rows where spec.maxBatchRows != 0:
            batched = true
            maxBatchSize = Int32(clamping: version.maxRows)
        default:
            batched = false
            maxBatchSize = 0
        }
        input = version.signature.inputs.map { port in
            var input = Input()
            let declared = spec.inputs.first { $0.name == port.name }
            input.name = port.name
            input.dataType = .init(port.dataType)
            input.dims = Self.dims(port, batched: batched)
            input.optional = port.isOptional
            input.allowRaggedBatch = declared?.allowsRagged ?? false
            switch declared?.format {
            case "FORMAT_NHWC": input.format = .nhwc
            case "FORMAT_NCHW": input.format = .nchw
            default: break
            }
            return input
        }
        output = version.signature.outputs.map { port in
            var output = Output()
            output.name = port.name
            output.dataType = .init(port.dataType)
            output.dims = Self.dims(port, batched: batched)
            output.labelFilename = spec.outputs.first { $0.name == port.name }?.labelFile ?? ""
            return output
        }
        versionPolicy = VersionPolicy(spec.versionPolicy)
        instanceGroup = [InstanceGroup(name: version.model, count: spec.instances.count ?? 1)]
        metricTags = spec.metricTags
        parameters = spec.parameters.mapValues { Parameter(stringValue: $0) }
        if spec.responseCache { responseCache = ResponseCache(enable: true) }
        if spec.isDecoupled { modelTransactionPolicy = TransactionPolicy(decoupled: true) }
        if spec.priority != 0 {
            var policy = OptimizationPolicy()
            policy.priority = spec.priority > 0 ? .max : .min
            optimization = policy
        }
        if let ensemble = spec.ensemble {
            instanceGroup = []
            scheduling = .ensembleScheduling(Ensembling(ensemble))
        } else if let sequence = spec.sequence {
            scheduling = .sequenceBatching(SequenceBatching(sequence))
        } else if batched {
            // Requests always gather here, said or not.
            scheduling = .dynamicBatching(DynamicBatching(spec.batching))
        }
    }

    private static func dims(_ port: TensorSignature, batched: Bool) -> [Int64] {
        // The batch extent is not part of a configuration's shape.
        (port.dims ?? [-1]).dropFirst(batched ? 1 : 0).map(Int64.init)
    }
}

extension ModelConfig.VersionPolicy {
    fileprivate init(_ policy: Serving.VersionPolicy) {
        switch policy {
        case .all: self.init(choice: .all(All()))
        case .latest(let count): self.init(choice: .latest(Latest(numVersions: UInt32(clamping: count))))
        case .specific(let versions): self.init(choice: .specific(Specific(versions: versions)))
        }
    }
}

extension ModelConfig.Ensembling {
    /// The steps in Triton's terms, which know models and single tensors: what decides between steps is left out, and of several tensors that may
    /// feed an input the first is named.
    fileprivate init(_ spec: EnsembleSpec) {
        self.init()
        func add(_ step: EnsembleSpec.Step) {
            var said = Step()
            switch step.target {
            case .model(let name, let selector):
                said.modelName = name
                said.modelVersion = if case .number(let number) = selector { number } else { -1 }
            case .builtin(let name, _):
                said.modelName = "builtin:\(name)"
                said.modelVersion = -1
            }
            said.inputMap = step.inputs.compactMapValues(\.first)
            said.outputMap = step.outputs
            self.step.append(said)
            for fallback in step.fallbacks { add(fallback) }
        }
        for step in spec.steps { add(step) }
    }
}

extension ModelConfig.InstanceGroup {
    fileprivate init(name: String, count: Int) {
        self.init()
        self.name = name
        self.count = Int32(clamping: count)
        kind = .cpu
    }
}
