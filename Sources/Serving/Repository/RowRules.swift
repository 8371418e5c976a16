internal import Tensors

/// What a version's requests look like and whether they may share runs: the file's word and the configuration's, brought together.
struct RowRules {
    let signature: ModelSignature
    let hasRows: Bool
    let maxRows: Int
    /// For each input from what callers send to what the model takes, and for each output the other way; nil where both are the same.
    let inputReshapes: [Reshape?]
    let outputReshapes: [Reshape?]

    init(identity: VersionIdentity, spec: ModelSpec, model: any LoadedModel, defaultMaxRows: Int) throws(ServingError) {
        let isDeclaredWhole = spec.maxBatchRows == 0
        let hasDeclaredBatch = (spec.maxBatchRows ?? 0) > 0
        let inputs = try Self.merge(
            model.signature.inputs, spec.inputs, kind: "input", model: identity.model, hasBatchExtent: hasDeclaredBatch)
        let outputs = try Self.merge(
            model.signature.outputs, spec.outputs, kind: "output", model: identity.model, hasBatchExtent: hasDeclaredBatch)
        inputReshapes = try Self.reshapes(
            inputs, spec.inputs, kind: "input", model: identity.model, hasBatchExtent: hasDeclaredBatch, isInput: true)
        outputReshapes = try Self.reshapes(
            outputs, spec.outputs, kind: "output", model: identity.model, hasBatchExtent: hasDeclaredBatch, isInput: false)
        signature = ModelSignature(
            inputs: Self.visible(inputs, spec.inputs, hasBatchExtent: hasDeclaredBatch),
            outputs: Self.visible(outputs, spec.outputs, hasBatchExtent: hasDeclaredBatch))
        if case .rows = model.batchability, spec.batching.isEnabled, !isDeclaredWhole {
            hasRows = true
            maxRows = spec.maxBatchRows ?? defaultMaxRows
        } else {
            hasRows = false
            maxRows = 1
        }
    }

    /// The file's tensors with what the configuration says more narrowly. A contradiction is an error that names both.
    private static func merge(
        _ actual: [TensorSignature], _ declared: [TensorSpec], kind: String, model: String, hasBatchExtent: Bool
    ) throws(ServingError) -> [TensorSignature] {
        for spec in declared where !actual.contains(where: { $0.name == spec.name }) {
            let names = actual.map { "'\($0.name)'" }.joined(separator: ", ")
            throw ServingError(
                .invalidArgument, "the configuration of model '\(model)' declares \(kind) '\(spec.name)', but its file has \(names)")
        }
        var merged: [TensorSignature] = []
        for tensor in actual {
            guard let spec = declared.first(where: { $0.name == tensor.name }) else {
                merged.append(tensor)
                continue
            }
            if let dataType = spec.dataType, dataType != tensor.dataType {
                throw ServingError(
                    .invalidArgument,
                    "the configuration of model '\(model)' declares \(kind) '\(spec.name)' as \(dataType.kserveName), but its file has \(tensor.dataType.kserveName)"
                )
            }
            guard let dims = spec.reshape ?? spec.dims else {
                merged.append(tensor)
                continue
            }
            let wanted = hasBatchExtent ? [-1] + dims : dims
            guard let known = tensor.dims else {
                merged.append(
                    TensorSignature(name: tensor.name, dataType: tensor.dataType, dims: wanted, isOptional: tensor.isOptional || spec.isOptional))
                continue
            }
            guard let narrowed = narrow(known, by: wanted) else {
                throw ServingError(
                    .invalidArgument,
                    "the configuration of model '\(model)' declares \(kind) '\(spec.name)' with shape \(text(wanted)), but its file has \(text(known))"
                )
            }
            merged.append(
                TensorSignature(
                    name: tensor.name, dataType: tensor.dataType, dims: narrowed, symbols: tensor.symbols,
                    isOptional: tensor.isOptional || spec.isOptional))
        }
        return merged
    }

    private static func reshapes(
        _ tensors: [TensorSignature], _ declared: [TensorSpec], kind: String, model: String, hasBatchExtent: Bool, isInput: Bool
    ) throws(ServingError) -> [Reshape?] {
        var reshapes: [Reshape?] = []
        for tensor in tensors {
            guard let spec = declared.first(where: { $0.name == tensor.name }), let own = spec.reshape, let dims = spec.dims else {
                reshapes.append(nil)
                continue
            }
            let (from, to) = isInput ? (dims, own) : (own, dims)
            guard let reshape = Reshape(from: from, to: to, keepsLeading: hasBatchExtent) else {
                throw ServingError(
                    .invalidArgument,
                    "the configuration of model '\(model)' reshapes \(kind) '\(spec.name)' from \(text(from)) to \(text(to)), which differ in elements")
            }
            reshapes.append(reshape)
        }
        return reshapes
    }

    /// The tensors as callers see them: with the declared shape where the model's own is another.
    private static func visible(_ tensors: [TensorSignature], _ declared: [TensorSpec], hasBatchExtent: Bool) -> [TensorSignature] {
        tensors.map { tensor in
            guard let spec = declared.first(where: { $0.name == tensor.name }), spec.reshape != nil, let dims = spec.dims else { return tensor }
            return TensorSignature(
                name: tensor.name, dataType: tensor.dataType, dims: hasBatchExtent ? [-1] + dims : dims, isOptional: tensor.isOptional)
        }
    }

    /// The extents that fit both, or nil when none do.
    private static func narrow(_ known: [Int], by wanted: [Int]) -> [Int]? {
        guard known.count == wanted.count else { return nil }
        var narrowed = known
        for axis in known.indices where wanted[axis] >= 0 {
            if known[axis] >= 0, known[axis] != wanted[axis] { return nil }
            narrowed[axis] = wanted[axis]
        }
        return narrowed
    }

    private static func text(_ dims: [Int]) -> String { "[" + dims.map(String.init).joined(separator: ",") + "]" }
}
