import Tensors

/// Joins tensors along one axis.
struct Concat: Operation {
    private let axis: Int

    static let entries = [OperatorEntry("Concat", make: Concat.init(node:))]

    init(node: Node) throws(EngineError) {
        axis = node.version < 4 ? try node.int("axis", default: 1) : try node.required("axis", node.int("axis"))
    }

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let first = try inputs.tensorFact(0)
        let type = first.elementType
        var result: [Dim]?
        var total: Int? = 0
        var isRankUnknown = false
        for index in inputs.indices {
            let fact = try inputs.tensorFact(index)
            guard fact.dataType == type else {
                throw EngineError(.malformedModel, "input \(index) is \(fact.type), input 0 is \(type)")
            }
            guard let dims = fact.dims else {
                isRankUnknown = true
                continue
            }
            let position = try AxisIndex.resolve(axis, rank: dims.count)
            if let extent = dims[position].value, let sum = total {
                let (next, overflow) = sum.addingReportingOverflow(extent)
                guard !overflow else { throw EngineError(.invalidInput, "the joined extent is out of range") }
                total = next
            } else {
                total = nil
            }
            guard var merged = result else {
                result = dims
                continue
            }
            guard merged.count == dims.count else {
                throw EngineError(.invalidInput, "input \(index) has rank \(dims.count), input 0 has \(merged.count)")
            }
            for other in dims.indices where other != position {
                switch (merged[other], dims[other]) {
                case (.known(let left), .known(let right)):
                    guard left == right else {
                        throw EngineError(
                            .invalidInput, "input \(index) has extent \(right) on axis \(other), others have \(left)")
                    }
                case (_, .known): merged[other] = dims[other]
                case (.unknown, .symbol): merged[other] = dims[other]
                default: break
                }
            }
            result = merged
        }
        guard var result else { return [Fact(type, nil)] }
        result[try AxisIndex.resolve(axis, rank: result.count)] =
            isRankUnknown
            ? .unknown
            : inputs.count == 1
                ? result[try AxisIndex.resolve(axis, rank: result.count)]
                : total.map(Dim.known) ?? .unknown
        return [Fact(type, result)]
    }

    func run(_ run: NodeRun) throws(EngineError) {
        let target = try run.target(0, of: self)
        let rank = target.shape.rank
        let axis = try AxisIndex.resolve(axis, rank: rank)
        let outer = target.shape.count(in: 0..<axis)
        let inner = target.shape.count(in: axis + 1..<rank)
        let targetRow = target.shape[axis] * inner
        var offset = 0
        for index in 0..<run.inputCount {
            let source = run.tensor(index)
            let row = source.shape[axis] * inner
            var copy = StridedCopy()
            copy.targetOffset = offset
            try copy.append(extent: outer, sourceStride: row, targetStride: targetRow)
            try copy.append(extent: row, sourceStride: 1, targetStride: 1)
            copy.apply(from: source, to: target, in: run)
            offset += row
        }
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] {
        var common: Int?
        for (index, input) in inputs.enumerated() {
            switch input {
            case .absent:
                continue
            case .mixed:
                return [input]
            case .axis(let axis):
                guard let rank = facts[index]?.rank, let joined = try? AxisIndex.resolve(self.axis, rank: rank) else {
                    return [.mixed("the rank of its input \(index) is not known")]
                }
                if axis == joined { return [.mixed("it joins along the batch axis")] }
                if common ?? axis != axis { return [.mixed("its inputs have the batch on different axes")] }
                common = axis
            }
        }
        guard let common else { return [.absent] }
        if inputs.contains(.absent) { return [.mixed("it joins a value of fixed size to the rows of a batch")] }
        return [.axis(common)]
    }
}
