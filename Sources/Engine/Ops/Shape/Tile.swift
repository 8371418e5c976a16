import Tensors

/// Repeats a tensor along each axis.
struct Tile: Operation {
    /// Version 1 repeats along one axis, both given as scalars.
    private let isSingleAxis: Bool

    static let entries = [OperatorEntry("Tile", make: Tile.init(node:))]

    init(node: Node) throws(EngineError) {
        isSingleAxis = node.version < 6
    }

    /// How often each axis is repeated; nil while unknown.
    private func repeats(_ inputs: [Fact?], rank: Int) throws(EngineError) -> [Int]? {
        _ = try inputs.tensorFact(1)
        var repeats: [Int]
        if isSingleAxis {
            let tiles = try inputs.tensorFact(1).value
            let axis = try inputs.tensorFact(2).value
            guard let tiles, let axis else { return nil }
            repeats = [Int](repeating: 1, count: rank)
            let position = try AxisIndex.resolve(Self.scalar(axis, "axis"), rank: rank)
            repeats[position] = try Self.scalar(tiles, "tiles")
        } else {
            guard let known = try inputs.knownIntegers(1) else { return nil }
            repeats = known
        }
        guard repeats.count == rank else {
            throw EngineError(.invalidInput, "\(repeats.count) repeats for an input of rank \(rank)")
        }
        if let negative = repeats.first(where: { $0 < 0 }) {
            throw EngineError(.invalidInput, "repeat \(negative) is negative")
        }
        return repeats
    }

    /// Version 1 takes its parameters in the type of the data.
    private static func scalar(_ tensor: Tensor, _ name: String) throws(EngineError) -> Int {
        if let integers = tensor.integers, integers.count == 1 { return integers[0] }
        if tensor.dataType == .float32, tensor.count == 1,
            let value = Int(exactly: tensor.pointer(as: Float.self).pointee)
        {
            return value
        }
        throw EngineError(.invalidInput, "\(name) must be one whole number")
    }

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let data = try inputs.tensorFact(0)
        guard let dims = data.dims else { return [Fact(data.elementType, nil)] }
        guard let repeats = try repeats(inputs, rank: dims.count) else {
            return [Fact(data.elementType, [Dim](repeating: .unknown, count: dims.count))]
        }
        var result: [Dim] = []
        for axis in dims.indices {
            if repeats[axis] == 1 {
                result.append(dims[axis])
            } else if let extent = dims[axis].value {
                let (product, overflow) = extent.multipliedReportingOverflow(by: repeats[axis])
                guard !overflow else { throw EngineError(.invalidInput, "\(repeats[axis]) repeats of \(extent)") }
                result.append(.known(product))
            } else {
                result.append(repeats[axis] == 0 ? 0 : .unknown)
            }
        }
        return [Fact(data.elementType, result)]
    }

    func run(_ run: NodeRun) throws(EngineError) {
        let source = run.tensor(0)
        let target = try run.target(0, of: self)
        let rank = source.shape.rank
        var copy = StridedCopy()
        for axis in 0..<rank {
            let extent = source.shape[axis]
            let targetStride = target.shape.count(in: axis + 1..<rank)
            let times = extent == 0 ? 0 : target.shape[axis] / extent
            try copy.append(extent: times, sourceStride: 0, targetStride: targetStride * extent)
            try copy.append(
                extent: extent, sourceStride: source.shape.count(in: axis + 1..<rank), targetStride: targetStride)
        }
        copy.apply(from: source, to: target, in: run)
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] {
        if let obstacle = RowAxis.obstacle(inputs, facts: facts, parameters: 1..<3) { return [obstacle] }
        guard let dims = facts.first??.dims, let repeats = try? repeats(facts, rank: dims.count) else {
            return [.mixed("its repeats are not known")]
        }
        switch RowAxis.of(inputs, 0) {
        case .axis(let axis):
            return [axis < repeats.count && repeats[axis] == 1 ? .axis(axis) : .mixed("it repeats the batch axis")]
        case .mixed(let reason): return [.mixed(reason)]
        case .absent:
            guard case .mixed(let reason) = RowAxis.of(inputs, 1) else { return [.absent] }
            // As when expanding: an axis of one element, repeated once per row, is the same for every row.
            let repeated = dims.indices.filter { repeats[$0] != 1 }
            return [repeated.count == 1 && dims[repeated[0]] == 1 ? .axis(repeated[0]) : .mixed(reason)]
        }
    }
}
