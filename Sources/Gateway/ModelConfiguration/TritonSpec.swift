internal import Messages
internal import Serving
internal import Tensors

/// Says in our terms what a configuration says in Triton's. Faults carry the place of their field, where the configuration has places.
struct TritonSpec {
    let model: String
    /// The model's folder, where files that the configuration names are; nil when there is none.
    let folder: String?
    /// The configuration states its batch size: an absent one and a zero look alike otherwise.
    let saysMaxBatchSize: Bool
    let place: (String) -> MessageError.Place?

    func spec(of config: ModelConfig) throws(MessageError) -> ModelSpec {
        var spec = ModelSpec(name: config.name.isEmpty ? model : config.name)
        spec.backend = config.backend.isEmpty ? nil : config.backend
        spec.platform = config.platform.isEmpty ? nil : config.platform
        spec.fileName = config.defaultModelFilename.isEmpty ? nil : config.defaultModelFilename
        guard config.maxBatchSize >= 0 else { throw fault("max_batch_size", "must not be negative, is \(config.maxBatchSize)") }
        // Shapes that are declared without a word about batches are whole; without shapes there is nothing that would be wrong.
        spec.maxBatchRows = saysMaxBatchSize || !config.input.isEmpty ? Int(config.maxBatchSize) : nil
        for (index, input) in config.input.enumerated() { spec.inputs.append(try tensor(input, "input[\(index)]")) }
        for (index, output) in config.output.enumerated() { spec.outputs.append(try tensor(output, "output[\(index)]")) }
        let count = config.instanceGroup.reduce(0) { $0 + max(1, Int($1.count)) }
        spec.instances.count = config.instanceGroup.isEmpty ? nil : count
        if let policy = config.versionPolicy?.choice { spec.versionPolicy = try versions(policy) }
        spec.metricTags = config.metricTags
        spec.parameters = config.parameters.mapValues(\.stringValue)
        spec.responseCache = config.responseCache?.enable ?? false
        spec.isDecoupled = config.modelTransactionPolicy?.decoupled ?? false
        switch config.optimization?.priority {
        case .some(.max): spec.priority = 1
        case .some(.min): spec.priority = -1
        default: break
        }
        switch config.scheduling {
        case .dynamicBatching(let batching): spec.batching = try self.batching(batching, maxRows: Int(config.maxBatchSize))
        case .sequenceBatching(let sequence): spec.sequence = try self.sequence(sequence)
        case .ensembleScheduling(let ensemble): spec.ensemble = try self.ensemble(ensemble)
        case nil: break
        }
        for (index, warmup) in config.modelWarmup.enumerated() { spec.warmups.append(try self.warmup(warmup, "model_warmup[\(index)]")) }
        return spec
    }

    func fault(_ field: String, _ message: String) -> MessageError {
        MessageError(.inconsistent, "\(field) \(message)", at: place(field))
    }

    func dataType(_ type: ModelConfig.DataType, _ field: String) throws(MessageError) -> DataType? {
        if type == .invalid { return nil }
        guard let dataType = DataType(type) else { throw fault(field, "is no data type that this server knows") }
        return dataType
    }

    private func tensor(_ input: ModelConfig.Input, _ field: String) throws(MessageError) -> TensorSpec {
        guard !input.name.isEmpty else { throw fault("\(field)", "must have a name") }
        var spec = TensorSpec(name: input.name, dataType: try dataType(input.dataType, "\(field).data_type"))
        spec.dims = try dims(input.dims, "\(field).dims")
        if let reshape = input.reshape { spec.reshape = try dims(reshape.shape, "\(field).reshape.shape") }
        spec.isOptional = input.optional
        spec.allowsRagged = input.allowRaggedBatch
        switch input.format {
        case .nhwc: spec.format = "FORMAT_NHWC"
        case .nchw: spec.format = "FORMAT_NCHW"
        default: break
        }
        return spec
    }

    private func tensor(_ output: ModelConfig.Output, _ field: String) throws(MessageError) -> TensorSpec {
        guard !output.name.isEmpty else { throw fault("\(field)", "must have a name") }
        var spec = TensorSpec(name: output.name, dataType: try dataType(output.dataType, "\(field).data_type"))
        spec.dims = try dims(output.dims, "\(field).dims")
        if let reshape = output.reshape { spec.reshape = try dims(reshape.shape, "\(field).reshape.shape") }
        spec.labelFile = output.labelFilename.isEmpty ? nil : output.labelFilename
        return spec
    }

    func dims(_ dims: [Int64], _ field: String) throws(MessageError) -> [Int] {
        for (axis, extent) in dims.enumerated() where extent < -1 || extent == 0 {
            throw fault("\(field)[\(axis)]", "must be -1 or positive, is \(extent)")
        }
        return dims.map { Int($0) }
    }

    private func versions(_ policy: ModelConfig.VersionPolicy.Choice) throws(MessageError) -> VersionPolicy {
        switch policy {
        case .all: return .all
        case .latest(let latest): return .latest(max(1, Int(latest.numVersions)))
        case .specific(let specific):
            guard !specific.versions.isEmpty else { throw fault("version_policy.specific", "must name a version") }
            return .specific(specific.versions)
        }
    }

    private func ensemble(_ ensemble: ModelConfig.Ensembling) throws(MessageError) -> EnsembleSpec {
        var steps: [EnsembleSpec.Step] = []
        for (index, step) in ensemble.step.enumerated() {
            guard !step.modelName.isEmpty else { throw fault("ensemble_scheduling.step[\(index)].model_name", "must not be empty") }
            steps.append(
                EnsembleSpec.Step(
                    model: step.modelName, version: step.modelVersion > 0 ? .number(step.modelVersion) : .any, inputs: step.inputMap,
                    outputs: step.outputMap))
            guard steps.count <= EnsembleSpec.maxSteps else { throw fault("ensemble_scheduling.step", "has more than \(EnsembleSpec.maxSteps) steps") }
        }
        return EnsembleSpec(steps: steps)
    }

    private func warmup(_ warmup: ModelConfig.Warmup, _ field: String) throws(MessageError) -> WarmupSpec {
        var spec = WarmupSpec(name: warmup.name, rows: max(1, Int(clamping: warmup.batchSize)), inputs: [:])
        spec.count = max(1, Int(clamping: warmup.count))
        for (name, input) in warmup.inputs {
            let place = "\(field).inputs"
            guard let dataType = try dataType(input.dataType, place) else { throw fault(place, "must state the data type of '\(name)'") }
            let filling: WarmupSpec.Input.Filling
            switch input.data {
            case .randomData: filling = .random
            case .inputDataFile(let file):
                guard let folder, !file.contains("..") else { throw fault(place, "names a file '\(file)' that is not the model's") }
                filling = .file("\(folder)/warmup/\(file)")
            case .zeroData, nil: filling = .zero
            }
            spec.inputs[name] = WarmupSpec.Input(dataType: dataType, dims: try dims(input.dims, place), filling: filling)
        }
        return spec
    }
}
