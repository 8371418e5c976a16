import Tensors

/// Cuts the middle out of each axis, or surrounds it with zeros, so that it gets the given extent.
struct CenterCropPad: Operation {
    private let axes: [Int]?

    static let entries = [OperatorEntry("CenterCropPad", make: CenterCropPad.init(node:))]

    init(node: Node) throws(EngineError) {
        axes = try node.ints("axes")
    }

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let data = try inputs.tensorFact(0)
        _ = try inputs.tensorFact(1)
        guard var dims = data.dims else { return [Fact(data.elementType, nil)] }
        let positions = if let axes { try AxisIndex.resolve(axes, rank: dims.count) } else { Array(dims.indices) }
        let extents = try inputs.knownIntegers(1)
        if let extents, extents.count != positions.count {
            throw EngineError(.invalidInput, "\(extents.count) extents for \(positions.count) axes")
        }
        for (index, axis) in positions.enumerated() {
            guard let extent = extents?[index] else {
                dims[axis] = .unknown
                continue
            }
            guard extent >= 0 else { throw EngineError(.invalidInput, "extent \(extent) for axis \(axis)") }
            dims[axis] = .known(extent)
        }
        return [Fact(data.elementType, dims)]
    }

    func run(_ run: NodeRun) throws(EngineError) {
        let source = run.tensor(0)
        let target = try run.target(0, of: self)
        if source.shape.dims != target.shape.dims {
            let zero = Tensor(dataType: source.dataType, shape: .scalar)
            zero.mutableBytes.initializeMemory(as: UInt8.self, repeating: 0, count: source.dataType.byteWidth)
            PadMode.fill(target, with: zero, in: run)
        }
        // Both halves round towards the beginning.
        let shifts = source.shape.dims.indices.map { axis in
            let difference = target.shape[axis] - source.shape[axis]
            return difference < 0 ? -(-difference / 2) : difference / 2
        }
        try PadMode.copyOverlap(from: source, to: target, shifts: shifts, in: run)
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] {
        if let obstacle = RowAxis.obstacle(inputs, facts: facts, parameters: 1..<2) { return [obstacle] }
        guard case .axis(let axis) = RowAxis.of(inputs, 0) else { return [RowAxis.of(inputs, 0)] }
        guard let dims = facts.first??.dims, let result = try? infer(facts).first?.dims, axis < dims.count,
            dims[axis] == result[axis], dims[axis] != .unknown
        else { return [.mixed("it may crop or pad the batch axis")] }
        return [.axis(axis)]
    }
}
