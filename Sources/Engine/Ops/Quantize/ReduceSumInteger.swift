internal import Tensors

/// The sum of 8-bit integers along axes, as 32-bit ones of the same sign.
struct ReduceSumInteger: Operation {
    let node: Node
    let axes: ReductionAxes

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let x = try node.operand(inputs, 0, of: ByteQuantization.types)
        return [Fact(x.dataType == .int8 ? .int32 : .uint32, try axes.dims(inputs))]
    }

    func run(_ run: NodeRun) throws(EngineError) {
        let x = run.tensor(0)
        let y = try run.target(0, of: self)
        if y.count == 0 { return }
        let target = run.destination(for: y, as: Int64.self)
        let layout = ReductionLayout(x.shape, reduced: try axes.mask(run))
        IntegerSum<Int64>.reduce(run, run.computed(x, as: Int64.self), layout, into: target)
        run.finish(y, from: target)
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] { [axes.rows(inputs[0], facts: facts)] }

    static let all: [OperatorEntry] = [
        OperatorEntry("ReduceSumInteger", domain: "com.microsoft") { node throws(EngineError) in
            ReduceSumInteger(node: node, axes: try ReductionAxes(node, inputSince: .max))
        }
    ]
}
