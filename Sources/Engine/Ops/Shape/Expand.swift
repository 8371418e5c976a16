import Tensors

/// Broadcasts a tensor to the shape that its own and the given one have in common.
struct Expand: Operation {
    static let entries = [OperatorEntry("Expand", make: Expand.init(node:))]

    init(node: Node) throws(EngineError) {}

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let data = try inputs.tensorFact(0)
        let shape = try inputs.tensorFact(1)
        guard let target = try inputs.knownIntegers(1) else {
            guard let dims = data.dims, let length = shape.vectorLength else { return [Fact(data.elementType, nil)] }
            // An extent other than 1 stays; one of 1 may become anything.
            let rank = max(dims.count, length)
            var result = [Dim](repeating: .unknown, count: rank)
            for (offset, dim) in dims.reversed().enumerated() {
                if let extent = dim.value, extent != 1 { result[rank - 1 - offset] = dim }
            }
            return [Fact(data.elementType, result)]
        }
        guard let dims = data.dims else { return [Fact(data.elementType, nil)] }
        return [Fact(data.elementType, try Self.broadcast(dims, to: target))]
    }

    private static func broadcast(_ dims: [Dim], to target: [Int]) throws(EngineError) -> [Dim] {
        let rank = max(dims.count, target.count)
        var result: [Dim] = []
        for axis in 0..<rank {
            let own = axis - (rank - dims.count)
            let given = axis - (rank - target.count)
            let dim = own >= 0 ? dims[own] : 1
            let extent = given >= 0 ? target[given] : 1
            guard extent >= 0 else { throw EngineError(.invalidInput, "extent \(extent) in the shape \(target)") }
            if extent == 1 {
                result.append(dim)
            } else if let known = dim.value {
                guard known == 1 || known == extent else {
                    throw EngineError(.invalidInput, "extent \(known) cannot be broadcast to \(extent) in \(target)")
                }
                result.append(.known(extent))
            } else {
                result.append(.known(extent))
            }
        }
        return result
    }

    func run(_ run: NodeRun) throws(EngineError) {
        let source = run.tensor(0)
        let target = try run.target(0, of: self)
        let rank = target.shape.rank
        let missing = rank - source.shape.rank
        var copy = StridedCopy()
        for axis in 0..<rank {
            let own = axis - missing
            let isRepeated = own < 0 || source.shape[own] == 1
            try copy.append(
                extent: target.shape[axis],
                sourceStride: isRepeated ? 0 : source.shape.count(in: own + 1..<source.shape.rank),
                targetStride: target.shape.count(in: axis + 1..<rank))
        }
        copy.apply(from: source, to: target, in: run)
    }

    func viewedInput(_ inputs: [Fact?], _ output: Fact) -> Int? {
        guard let data = inputs.first??.shape, data.count == output.shape?.count else { return nil }
        return 0
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] {
        if let obstacle = RowAxis.obstacle(inputs, facts: facts, parameters: 1..<2) { return [obstacle] }
        guard let dims = facts.first??.dims, let target = try? infer(facts).first?.dims else {
            return [.mixed("its target shape is not known")]
        }
        let added = target.count - dims.count
        switch RowAxis.of(inputs, 0) {
        case .axis(let axis):
            guard axis < dims.count, dims[axis] == target[axis + added] else {
                return [.mixed("it repeats the batch axis")]
            }
            return [.axis(axis + added)]
        case .mixed(let reason): return [.mixed(reason)]
        case .absent:
            guard case .mixed(let reason) = RowAxis.of(inputs, 1) else { return [.absent] }
            // The target depends on the size of the batch, so one of the repeated axes is the batch: all slices along
            // a repeated axis are the same, hence any row may call its own the one at its place.
            let repeated = target.indices.filter { $0 < added || dims[$0 - added] == 1 && target[$0] != 1 }
            return [repeated.count == 1 ? .axis(repeated[0]) : .mixed(reason)]
        }
    }
}
