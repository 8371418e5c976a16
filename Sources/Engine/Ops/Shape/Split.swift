import Tensors

/// Cuts a tensor into parts along one axis: parts of given lengths, or equal ones.
struct Split: Operation {
    private let axis: Int
    /// The lengths when they are an attribute, as before version 13.
    private let attribute: [Int]?
    /// Before version 18 equal parts had to come out even.
    private let allowsShorterLast: Bool
    let outputCount: Int

    static let entries = [OperatorEntry("Split", make: Split.init(node:))]

    init(node: Node) throws(EngineError) {
        axis = try node.int("axis", default: 0)
        attribute = node.version < 13 ? try node.ints("split") : nil
        allowsShorterLast = node.version >= 18
        outputCount = node.outputs.count
        if let parts = try node.int("num_outputs"), parts != outputCount {
            throw node.malformed("num_outputs is \(parts), yet the node has \(outputCount) outputs")
        }
        guard outputCount > 0 else { throw node.malformed("there is no output") }
    }

    /// The length of every part; nil while the extent or the lengths are unknown.
    private func lengths(_ inputs: [Fact?], extent: Int?) throws(EngineError) -> [Int]? {
        var given = attribute
        if given == nil, inputs.count > 1, inputs[1] != nil {
            given = try inputs.knownIntegers(1)
            if given == nil { return nil }
        }
        if let given {
            guard given.count == outputCount else {
                throw EngineError(.invalidInput, "\(given.count) lengths for \(outputCount) outputs")
            }
            var sum = 0
            for length in given {
                let (next, overflow) = sum.addingReportingOverflow(length)
                guard length >= 0, !overflow else { throw EngineError(.invalidInput, "length \(length) of a part") }
                sum = next
            }
            if let extent, extent != sum {
                throw EngineError(.invalidInput, "the parts add up to \(sum), the axis has \(extent)")
            }
            return given
        }
        guard let extent else { return nil }
        guard extent % outputCount == 0 || allowsShorterLast else {
            throw EngineError(.invalidInput, "an extent of \(extent) cannot be cut into \(outputCount) equal parts")
        }
        let part = (extent + outputCount - 1) / outputCount
        return (0..<outputCount).map { max(0, min(part, extent - $0 * part)) }
    }

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let data = try inputs.tensorFact(0)
        guard let dims = data.dims else {
            return [Fact](repeating: Fact(data.elementType, nil), count: outputCount)
        }
        let axis = try AxisIndex.resolve(axis, rank: dims.count)
        let lengths = try lengths(inputs, extent: dims[axis].value)
        return (0..<outputCount).map { index in
            var part = dims
            part[axis] = lengths.map { .known($0[index]) } ?? .unknown
            return Fact(data.elementType, part)
        }
    }

    func run(_ run: NodeRun) throws(EngineError) {
        let source = run.tensor(0)
        let rank = source.shape.rank
        let axis = try AxisIndex.resolve(axis, rank: rank)
        let outer = source.shape.count(in: 0..<axis)
        let inner = source.shape.count(in: axis + 1..<rank)
        let sourceRow = source.shape[axis] * inner
        var facts = run.outputFacts
        if facts.contains(where: { $0.shape == nil }) { facts = try infer(run.constantFacts) }
        var offset = 0
        for index in 0..<outputCount {
            guard let length = facts[index].dims?[axis].value else { return }
            let row = length * inner
            if run.isWanted(index) {
                var copy = StridedCopy()
                copy.sourceOffset = offset
                try copy.append(extent: outer, sourceStride: sourceRow, targetStride: row)
                try copy.append(extent: row, sourceStride: 1, targetStride: 1)
                copy.apply(from: source, to: try run.target(index, of: self), in: run)
            }
            offset += row
        }
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] {
        let state: RowAxis
        if let obstacle = RowAxis.obstacle(inputs, facts: facts, parameters: 1..<2) {
            state = obstacle
        } else if case .axis(let axis) = RowAxis.of(inputs, 0) {
            let rank = facts.first??.rank ?? 0
            let cut = try? AxisIndex.resolve(self.axis, rank: rank)
            state = cut == nil || cut == axis ? .mixed("it cuts the batch axis") : .axis(axis)
        } else {
            state = RowAxis.of(inputs, 0)
        }
        return [RowAxis](repeating: state, count: outputCount)
    }
}
