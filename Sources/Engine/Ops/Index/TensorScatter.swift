import Tensors

/// Writes a run of updates into a cache along its sequence axis, at each batch entry's own place.
struct TensorScatter: Operation {
    private let axis: Int
    /// The cache is a ring: positions beyond its end go on at its beginning.
    private let isCircular: Bool

    static let entries = [OperatorEntry("TensorScatter", make: TensorScatter.init(node:))]

    init(node: Node) throws(EngineError) {
        axis = try node.int("axis", default: -2)
        switch try node.string("mode", default: "linear") {
        case "linear": isCircular = false
        case "circular": isCircular = true
        case let mode: throw node.malformed("mode '\(mode)' is not known")
        }
    }

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let cache = try inputs.tensorFact(0)
        let update = try inputs.tensorFact(1)
        if let indices = try inputs.optionalTensorFact(2) {
            try IndexReader.check(indices, input: 2)
            if let count = indices.shape?.count, let batch = cache.dims?.first?.value, count != batch {
                throw EngineError(.invalidInput, "\(count) write indices for a batch of \(batch)")
            }
        }
        guard cache.dataType == update.dataType else {
            throw EngineError(.malformedModel, "the update is \(update.type), the cache \(cache.type)")
        }
        if let dims = cache.dims {
            let axis = try AxisIndex.resolve(axis, rank: dims.count)
            guard axis > 0 else { throw EngineError(.malformedModel, "the sequence axis is the batch axis") }
            if let added = update.dims {
                guard added.count == dims.count else {
                    throw EngineError(.invalidInput, "an update of rank \(added.count) for a cache of rank \(dims.count)")
                }
                for position in dims.indices {
                    guard let left = dims[position].value, let right = added[position].value else { continue }
                    guard position == axis ? right <= left : right == left else {
                        throw EngineError(.invalidInput, "an update of extent \(right) on axis \(position), the cache has \(left)")
                    }
                }
            }
        }
        return [Fact(cache.elementType, cache.dims)]
    }

    func run(_ run: NodeRun) throws(EngineError) {
        let cache = run.tensor(0)
        let update = run.tensor(1)
        let shape = cache.shape
        let axis = try AxisIndex.resolve(axis, rank: shape.rank)
        let extent = shape[axis]
        let length = update.shape[axis]
        let inner = shape.count(in: axis + 1..<shape.rank)
        let perEntry = shape.count(in: 1..<axis)
        let starts = run.integers(2) ?? [Int](repeating: 0, count: shape[0])
        for start in starts where length > 0 {
            if isCircular { continue }
            guard start >= 0, start <= extent - length else {
                throw EngineError(.invalidInput, "write index \(start) and \(length) updates in a cache of \(extent)")
            }
        }
        let target = try run.target(0, of: self)
        WholeCopy.apply(from: cache, to: target, in: run)
        if extent == 0 || length == 0 { return }
        for (entry, start) in starts.enumerated() {
            // At most two stretches: up to the end of the ring, and on from its beginning.
            let rest = start % extent
            let first = rest < 0 ? rest + extent : rest
            let before = min(length, extent - first)
            for (from, to, count) in [(0, first, before), (before, 0, length - before)] {
                var copy = StridedCopy()
                copy.sourceOffset = (entry * perEntry * length + from) * inner
                copy.targetOffset = (entry * perEntry * extent + to) * inner
                try copy.append(extent: perEntry, sourceStride: length * inner, targetStride: extent * inner)
                try copy.append(extent: count * inner, sourceStride: 1, targetStride: 1)
                copy.apply(from: update, to: target, in: run)
            }
        }
    }

    var overwritableInputs: [Int] { [0] }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] {
        if let mixed = inputs.first(where: { if case .mixed = $0 { true } else { false } }) { return [mixed] }
        if inputs.allSatisfy({ $0 == .absent }) { return [.absent] }
        if inputs.allSatisfy({ $0 == .axis(0) }) { return [.axis(0)] }
        return [.mixed("cache, update and write indices do not all have the batch first")]
    }
}
