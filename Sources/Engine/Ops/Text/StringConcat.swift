import Tensors

/// Joins the strings of two tensors element by element, with broadcasting.
struct StringConcat: Operation {
    static let entries = [OperatorEntry("StringConcat", make: StringConcat.init(node:))]

    init(node: Node) throws(EngineError) {}

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let left = try inputs.tensorFact(0)
        let right = try inputs.tensorFact(1)
        guard left.dataType == .string, right.dataType == .string else {
            throw EngineError(.malformedModel, "inputs are \(left.type) and \(right.type), expected strings")
        }
        guard let first = left.dims, let second = right.dims else { return [Fact(.string, nil)] }
        var dims: [Dim] = []
        let rank = max(first.count, second.count)
        for axis in 0..<rank {
            let one = axis - (rank - first.count)
            let other = axis - (rank - second.count)
            switch (one < 0 ? 1 : first[one], other < 0 ? 1 : second[other]) {
            case (let dim, 1), (1, let dim): dims.append(dim)
            case (let dim, let same) where dim == same: dims.append(dim)
            case (.known(let left), .known(let right)):
                throw EngineError(.invalidInput, "extents \(left) and \(right) on axis \(axis) cannot be broadcast")
            case (.known(let extent), _), (_, .known(let extent)): dims.append(.known(extent))
            default: dims.append(.unknown)
            }
        }
        return [Fact(.string, dims)]
    }

    func run(_ run: NodeRun) throws(EngineError) {
        let left = run.tensor(0)
        let right = run.tensor(1)
        let target = try run.target(0, of: self)
        let first = offsets(of: left.shape, in: target.shape)
        let second = offsets(of: right.shape, in: target.shape)
        target.setStrings(
            (0..<target.count).map { ByteString(bytes: left.strings[first[$0]].bytes + right.strings[second[$0]].bytes) })
    }

    /// For each element of `target` the one of `shape` that is broadcast to it.
    private func offsets(of shape: Shape, in target: Shape) -> [Int] {
        var offsets = [0]
        for axis in 0..<target.rank {
            let own = axis - (target.rank - shape.rank)
            let stride = own < 0 || shape[own] == 1 ? 0 : shape.count(in: own + 1..<shape.rank)
            offsets = offsets.flatMap { base in (0..<target[axis]).map { base + $0 * stride } }
        }
        return offsets
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] {
        guard inputs.count == 2, let first = facts[0]?.rank, let second = facts[1]?.rank else {
            return [.mixed("the rank of its input is not known")]
        }
        let rank = max(first, second)
        var common: Int?
        for (input, own) in zip(inputs, [first, second]) {
            switch input {
            case .absent: continue
            case .mixed: return [input]
            case .axis(let axis):
                let place = axis + rank - own
                if common ?? place != place { return [.mixed("its inputs have the batch on different axes")] }
                common = place
            }
        }
        guard let common else { return [.absent] }
        for (index, own) in [first, second].enumerated() where inputs[index] == .absent {
            let axis = common - (rank - own)
            if axis >= 0, facts[index]?.dims?[axis] != 1 { return [.mixed("a value of fixed size meets the rows of a batch")] }
        }
        return [.axis(common)]
    }
}
