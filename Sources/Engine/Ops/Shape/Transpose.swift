import Tensors

/// Permutes the axes: axis i of the result is axis `permutation[i]` of the input. Reverses them by default.
struct Transpose: Operation {
    private let permutation: [Int]?

    static let entries = [OperatorEntry("Transpose", make: Transpose.init(node:))]

    init(node: Node) throws(EngineError) {
        guard let given = try node.ints("perm") else {
            permutation = nil
            return
        }
        // Negative entries are outside the standard, yet some exporters write them.
        do {
            permutation = try AxisIndex.resolve(given, rank: given.count)
        } catch {
            throw node.malformed("perm \(given) is no permutation")
        }
    }

    private func order(rank: Int) throws(EngineError) -> [Int] {
        guard let permutation else { return (0..<rank).reversed() }
        guard permutation.count == rank else {
            throw EngineError(.malformedModel, "perm has \(permutation.count) entries for an input of rank \(rank)")
        }
        return permutation
    }

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let data = try inputs.tensorFact(0)
        guard let dims = data.dims else {
            return [Fact(data.elementType, permutation.map { [Dim](repeating: .unknown, count: $0.count) })]
        }
        return [Fact(data.elementType, try order(rank: dims.count).map { dims[$0] })]
    }

    func run(_ run: NodeRun) throws(EngineError) {
        let source = run.tensor(0)
        let target = try run.target(0, of: self)
        let rank = source.shape.rank
        let order = try order(rank: rank)
        var copy = StridedCopy()
        for axis in 0..<rank {
            try copy.append(
                extent: target.shape[axis],
                sourceStride: source.shape.count(in: order[axis] + 1..<rank),
                targetStride: target.shape.count(in: axis + 1..<rank))
        }
        copy.apply(from: source, to: target, in: run)
    }

    /// When nothing moves but axes of one element.
    func viewedInput(_ inputs: [Fact?], _ output: Fact) -> Int? {
        guard let shape = inputs.first??.shape, let order = try? order(rank: shape.rank) else { return nil }
        var last = -1
        for axis in order where shape[axis] != 1 {
            if axis < last { return nil }
            last = axis
        }
        return 0
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] {
        guard case .axis(let axis) = RowAxis.of(inputs, 0) else { return [RowAxis.of(inputs, 0)] }
        guard let rank = facts.first??.rank, let position = try? order(rank: rank).firstIndex(of: axis) else {
            return [.mixed("the rank of its input is not known")]
        }
        return [.axis(position)]
    }
}
