internal import Tensors

/// 1 at the first largest element along an axis, 0 elsewhere. Up to version 12 the axis and all behind it are one.
struct Hardmax: Operation {
    let node: Node
    let axis: Int
    let flattens: Bool

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let x = try node.operand(inputs, 0, of: .reals)
        if let rank = x.rank, rank > 0 || axis != 0 { _ = try normalized(rank) }
        return [Fact(type: x.type, dims: x.dims)]
    }

    private func normalized(_ rank: Int) throws(EngineError) -> Int {
        // Everything may be one row: an axis just behind the last.
        flattens && axis == rank ? rank : try node.normalizedAxis(axis, rank: rank)
    }

    func run(_ run: NodeRun) throws(EngineError) {
        let x = run.tensor(0)
        let y = run.output(0)
        if y.count == 0 { return }
        var shape = x.shape.rank == 0 ? Shape([1]) : x.shape
        var axis = x.shape.rank == 0 ? 0 : try normalized(x.shape.rank)
        if flattens {
            shape = Shape([shape.count(in: 0..<axis), shape.count(in: axis..<shape.rank)])
            axis = 1
        }
        let view = AxisView(shape, axis: axis)
        if x.dataType == .float64 {
            mark(Double.self, run, x, view, y)
        } else {
            mark(Float.self, run, x, view, y)
        }
    }

    private func mark<R: RealElement>(_ type: R.Type, _ run: NodeRun, _ x: Tensor, _ view: AxisView, _ y: Tensor) {
        let source = run.computed(x, as: type)
        let target = run.destination(for: y, as: type)
        run.parallel(view.outer, costPerPiece: 2 * view.length * view.inner) { range in
            for outer in range {
                for column in 0..<view.inner {
                    let first = outer * view.length * view.inner + column
                    var best = first
                    for layer in 1..<max(view.length, 1) where source[first + layer * view.inner] > source[best] {
                        best = first + layer * view.inner
                    }
                    for layer in 0..<view.length {
                        let at = first + layer * view.inner
                        target[at] = at == best ? 1 : 0
                    }
                }
            }
        }
        run.finish(y, from: target)
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] {
        guard case .axis(let row) = inputs[0] else { return [inputs[0]] }
        guard let rank = facts[0]?.rank, let axis = try? normalized(rank) else { return [.mixed("the rank of its input is unknown")] }
        let isMixed = flattens ? row >= axis : row == axis
        return [isMixed ? .mixed("it compares the rows") : inputs[0]]
    }

    static let all: [OperatorEntry] = [
        OperatorEntry("Hardmax", versions: 1...12) { node throws(EngineError) in
            Hardmax(node: node, axis: try node.int("axis", default: 1), flattens: true)
        },
        OperatorEntry("Hardmax", versions: 13...Int.max) { node throws(EngineError) in
            Hardmax(node: node, axis: try node.int("axis", default: -1), flattens: false)
        },
    ]
}
