import Tensors

/// A new axis along which the element that each position names is "on", and every other one "off".
struct OneHot: Operation {
    private let axis: Int

    static let entries = [OperatorEntry("OneHot", make: OneHot.init(node:))]

    init(node: Node) throws(EngineError) {
        axis = try node.int("axis", default: -1)
    }

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let indices = try inputs.tensorFact(0)
        let depth = try inputs.tensorFact(1)
        let values = try inputs.tensorFact(2)
        guard WholeNumbers.exist(for: indices.elementType), WholeNumbers.exist(for: depth.elementType) else {
            throw EngineError(.malformedModel, "indices and depth must be numbers")
        }
        if let count = values.vectorLength, count != 2 {
            throw EngineError(.invalidInput, "\(count) values, expected off and on")
        }
        guard var dims = indices.dims else { return [Fact(values.elementType, nil)] }
        let axis = try AxisIndex.resolve(axis, rank: dims.count + 1)
        dims.insert(try self.depth(depth.value).map(Dim.known) ?? .unknown, at: axis)
        return [Fact(values.elementType, dims)]
    }

    private func depth(_ tensor: Tensor?) throws(EngineError) -> Int? {
        guard let tensor else { return nil }
        guard tensor.count == 1, let depth = WholeNumbers(tensor)[0], depth >= 0 else {
            throw EngineError(.invalidInput, "the depth must be one number, not negative")
        }
        return depth
    }

    func run(_ run: NodeRun) throws(EngineError) {
        let indices = run.tensor(0)
        let values = run.tensor(2)
        guard values.count == 2 else { throw EngineError(.invalidInput, "\(values.count) values, expected off and on") }
        let target = try run.target(0, of: self)
        let axis = try AxisIndex.resolve(axis, rank: indices.shape.rank + 1)
        PadMode.fill(target, with: values, in: run)
        OneHotMarks(
            indices: WholeNumbers(indices), count: indices.count, depth: target.shape[axis],
            inner: indices.shape.count(in: axis..<indices.shape.rank)
        ).apply(from: values, to: target, in: run)
        withExtendedLifetime(indices) {}
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] {
        if let obstacle = RowAxis.obstacle(inputs, facts: facts, parameters: 1..<3) { return [obstacle] }
        guard case .axis(let rows) = RowAxis.of(inputs, 0) else { return [RowAxis.of(inputs, 0)] }
        guard let rank = facts.first??.rank, let axis = try? AxisIndex.resolve(axis, rank: rank + 1) else {
            return [.mixed("the rank of its input is not known")]
        }
        return [.axis(rows < axis ? rows : rows + 1)]
    }
}

private struct OneHotMarks: ElementMovement {
    let indices: WholeNumbers
    let count: Int
    let depth: Int
    let inner: Int

    var pieceCount: Int { depth == 0 ? 0 : count }
    var elementsPerPiece: Int { 1 }

    func move<Element>(
        _ pieces: Range<Int>, from source: UnsafePointer<Element>, to target: UnsafeMutablePointer<Element>
    ) {
        for piece in pieces {
            // Positions outside the depth mark nothing.
            guard let position = indices[piece], position >= -depth, position < depth else { continue }
            let place = position < 0 ? position + depth : position
            target[(piece / inner * depth + place) * inner + piece % inner] = source[1]
        }
    }
}
