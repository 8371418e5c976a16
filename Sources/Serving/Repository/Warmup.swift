internal import Tensors
internal import Text

/// Runs a version before it takes traffic, so that its first caller waits no longer than its thousandth, and times it.
struct Warmup {
    struct Sample {
        var rows: Int
        var nanos: Int64
    }

    let identity: VersionIdentity
    let spec: ModelSpec
    let signature: ModelSignature
    /// Nil when the model has no rows.
    let maxRows: Int?
    let clock: MonotonicClock
    /// 0 for no runs but those that the configuration asks for.
    let budgetNanos: Int64

    /// Throws only for a warm-up that the configuration asked for: what we made up ourselves may not suit the model.
    func run(_ instance: Instance) throws(ServingError) -> [Sample] {
        for warmup in spec.warmups { try run(warmup, instance) }
        return budgetNanos > 0 ? seed(instance) : []
    }

    /// Times runs of growing size on zeros, until the time is up. Nothing for models whose cost hangs on open extents.
    private func seed(_ instance: Instance) -> [Sample] {
        var samples: [Sample] = []
        let isOpen = signature.inputs.contains { input in
            guard let dims = input.dims else { return true }
            return dims.enumerated().contains { $1 < 0 && !($0 == 0 && maxRows != nil) }
        }
        let end = clock.nowNanos &+ budgetNanos
        var rows = 1
        while rows <= maxRows ?? 1 {
            guard let inputs = zeros(rows: rows) else { return samples }
            // The first run of a size makes its plan; the better of two more is what it costs.
            var best = Int64.max
            for attempt in 0..<3 {
                let start = clock.nowNanos
                guard (try? instance.run(inputs)) != nil else { return samples }
                let nanos = clock.nowNanos - start
                if attempt > 0 { best = min(best, nanos) }
                if clock.nowNanos > end, attempt > 0 || nanos > budgetNanos / 2 {
                    best = min(best, nanos)
                    break
                }
            }
            if isOpen { return [] }
            samples.append(Sample(rows: rows, nanos: max(1, best)))
            if clock.nowNanos > end { return samples }
            if rows == maxRows { break }
            rows = min(rows * 2, maxRows ?? 1)
        }
        return samples
    }

    /// Zeros in every input, one for open extents; nil when a shape is beyond sense.
    private func zeros(rows: Int) -> [Tensor?]? {
        var tensors: [Tensor?] = []
        for input in signature.inputs {
            guard var dims = input.dims else { return nil }
            for axis in dims.indices where dims[axis] < 0 { dims[axis] = axis == 0 && maxRows != nil ? rows : 1 }
            guard let shape = Shape(checking: dims), shape.count * max(1, input.dataType.byteWidth) < 1 << 31 else { return nil }
            tensors.append(input.isOptional ? nil : Tensor(zerosOf: input.dataType, shape: shape))
        }
        return tensors
    }

    private func run(_ warmup: WarmupSpec, _ instance: Instance) throws(ServingError) {
        let tensors: [Tensor?]
        if let path = warmup.recorded {
            tensors = try recorded(path, warmup.name)
        } else {
            tensors = try made(warmup)
        }
        for _ in 0..<max(1, min(warmup.count, 1000)) {
            do {
                _ = try instance.run(tensors)
            } catch {
                throw ServingError(error.code, "warm-up '\(warmup.name)' of model '\(identity.model)' failed: \(error.message)")
            }
        }
    }

    /// The inputs of a recorded request, in the order of the signature.
    private func recorded(_ path: String, _ name: String) throws(ServingError) -> [Tensor?] {
        let json: [UInt8]
        do throws(BoundedFile.Failure) {
            json = try BoundedFile.contents(of: path, limit: Directory.maxFileBytes)
        } catch {
            throw ServingError(.invalidArgument, "warm-up '\(name)' of model '\(identity.model)': cannot read '\(path)': \(error)")
        }
        let inputs = try RecordedRequest(name: path, json: json).inputs
        for input in inputs where !signature.inputs.contains(where: { $0.name == input.name }) {
            throw ServingError(
                .invalidArgument, "warm-up '\(name)' of model '\(identity.model)': '\(path)' has input '\(input.name)', which the model lacks")
        }
        var tensors: [Tensor?] = []
        for input in signature.inputs {
            let found = inputs.first { $0.name == input.name }?.tensor
            guard found != nil || input.isOptional else {
                throw ServingError(.invalidArgument, "warm-up '\(name)' of model '\(identity.model)' lacks input '\(input.name)'")
            }
            tensors.append(found)
        }
        return tensors
    }

    private func made(_ warmup: WarmupSpec) throws(ServingError) -> [Tensor?] {
        var tensors: [Tensor?] = []
        for input in signature.inputs {
            guard let wanted = warmup.inputs[input.name] else {
                guard input.isOptional else {
                    throw ServingError(
                        .invalidArgument, "warm-up '\(warmup.name)' of model '\(identity.model)' lacks input '\(input.name)'")
                }
                tensors.append(nil)
                continue
            }
            let dims = (maxRows != nil ? [max(1, warmup.rows)] : []) + wanted.dims
            guard wanted.dataType == input.dataType, let shape = Shape(checking: dims) else {
                throw ServingError(
                    .invalidArgument, "warm-up '\(warmup.name)' of model '\(identity.model)' does not fit input '\(input.name)'")
            }
            switch wanted.filling {
            case .zero: tensors.append(Tensor(zerosOf: input.dataType, shape: shape))
            case .random: tensors.append(Tensor(noiseOf: input.dataType, shape: shape))
            case .file(let path):
                guard let bytes = try? BoundedFile.contents(of: path, limit: Directory.maxFileBytes),
                    bytes.count == shape.count * input.dataType.byteWidth,
                    input.dataType != .string
                else {
                    throw ServingError(
                        .invalidArgument,
                        "warm-up '\(warmup.name)' of model '\(identity.model)': the file '\(path)' does not hold input '\(input.name)'")
                }
                let tensor = Tensor(dataType: input.dataType, shape: shape)
                tensor.mutableBytes.copyMemory(from: bytes, byteCount: bytes.count)
                tensors.append(tensor)
            }
        }
        return tensors
    }
}
