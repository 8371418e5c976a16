import Tensors

/// The extents of a tensor as an int64 vector; with `start` and `end` only some of them.
struct ShapeOf: Operation {
    private let start: Int
    private let end: Int?

    static let entries = [OperatorEntry("Shape", make: ShapeOf.init(node:))]

    init(node: Node) throws(EngineError) {
        start = try node.int("start", default: 0)
        end = try node.int("end")
    }

    private func range(rank: Int) -> Range<Int> {
        func clamped(_ position: Int) -> Int {
            let (moved, overflow) = position.addingReportingOverflow(position < 0 ? rank : 0)
            return overflow ? 0 : min(max(moved, 0), rank)
        }
        let first = clamped(start)
        return first..<max(first, end.map(clamped) ?? rank)
    }

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let data = try inputs.tensorFact(0)
        guard let dims = data.dims else { return [Fact(.int64, [.unknown])] }
        let wanted = dims[range(rank: dims.count)]
        var fact = Fact(.int64, [.known(wanted.count)])
        let extents = wanted.compactMap(\.value)
        if extents.count == wanted.count {
            fact.value = Tensor(extents.map(Int64.init), dataType: .int64, shape: Shape([extents.count]))
        }
        return [fact]
    }

    func run(_ run: NodeRun) throws(EngineError) {
        let shape = run.tensor(0).shape
        let output = try run.target(0, of: self).mutablePointer(as: Int64.self)
        for (index, axis) in range(rank: shape.rank).enumerated() { output[index] = Int64(shape[axis]) }
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] {
        switch RowAxis.of(inputs, 0) {
        case .absent: return [.absent]
        case .axis(let axis):
            guard let rank = facts.first??.rank else { return [.mixed("it reads the size of the batch")] }
            return [range(rank: rank).contains(axis) ? .mixed("it reads the size of the batch") : .absent]
        case .mixed(let reason): return [.mixed(reason)]
        }
    }
}
