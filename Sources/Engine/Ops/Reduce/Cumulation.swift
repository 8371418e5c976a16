internal import Tensors

/// CumSum and CumProd: the fold of all elements up to each one, along an axis that is an input.
struct Cumulation<Function: ArithmeticFunction>: Operation {
    let node: Node
    let function: Function
    /// The fold of no elements: 0 or 1.
    let neutral: Int
    let isExclusive: Bool
    let isReversed: Bool

    init(_ node: Node, _ function: Function, neutral: Int) throws(EngineError) {
        self.node = node
        self.function = function
        self.neutral = neutral
        isExclusive = try node.bool("exclusive", default: false)
        isReversed = try node.bool("reverse", default: false)
    }

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let x = try node.operand(inputs, 0, of: .numbers)
        _ = try node.operand(inputs, 1, of: [.int32, .int64])
        if let axis = try inputs.knownInteger(1), let rank = x.rank { _ = try node.normalizedAxis(axis, rank: rank) }
        return [Fact(type: x.type, dims: x.dims)]
    }

    func run(_ run: NodeRun) throws(EngineError) {
        let x = run.tensor(0)
        let y = run.output(0)
        guard let given = run.tensor(1).integers, given.count == 1 else {
            throw EngineError(.invalidInput, "the axis must be one integer", place: node.place)
        }
        guard given[0] >= -x.shape.rank, given[0] < x.shape.rank else {
            throw EngineError(.invalidInput, "axis \(given[0]) is outside \(x.shape)", place: node.place)
        }
        if y.count == 0 { return }
        let view = AxisView(x.shape, axis: given[0] < 0 ? given[0] + x.shape.rank : given[0])
        switch x.dataType.computeKind {
        case .float: accumulate(run, x, view, y, Float(neutral)) { function($0, $1) }
        case .double: accumulate(run, x, view, y, Double(neutral)) { function($0, $1) }
        case .signed: accumulate(run, x, view, y, Int64(neutral)) { function($0, $1) }
        case .unsigned: accumulate(run, x, view, y, UInt64(neutral)) { function($0, $1) }
        case nil: throw node.unsupported("it does not compute \(x.dataType)")
        }
    }

    @inline(__always)
    private func accumulate<T: ComputeElement>(
        _ run: NodeRun, _ x: Tensor, _ view: AxisView, _ y: Tensor, _ neutral: T, _ fold: (T, T) -> T
    ) {
        let source = run.computed(x, as: T.self)
        let target = run.destination(for: y, as: T.self)
        let layer = view.inner
        run.parallel(view.outer, costPerPiece: 2 * view.length * layer) { range in
            for outer in range {
                let base = outer * view.length * layer
                for position in 0..<view.length {
                    let at = base + (isReversed ? view.length - 1 - position : position) * layer
                    let before = isReversed ? at + layer : at - layer
                    for index in 0..<layer {
                        let sum = position == 0 ? neutral : target[before + index]
                        if isExclusive {
                            target[at + index] = position == 0 ? neutral : fold(sum, source[before + index])
                        } else {
                            target[at + index] = fold(sum, source[at + index])
                        }
                    }
                }
            }
        }
        run.finish(y, from: target)
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] {
        if inputs.count > 1, inputs[1] != .absent { return [.mixed("its axis depends on the rows")] }
        guard let rank = facts[0]?.rank, let axis = try? facts.knownInteger(1), axis >= -rank, axis < rank else {
            return [RowAxis.apart(from: nil, inputs[0], "its axis is known only when it runs")]
        }
        return [RowAxis.apart(from: axis < 0 ? axis + rank : axis, inputs[0], "it accumulates along the rows")]
    }
}

enum Cumulations {
    static let all: [OperatorEntry] = [
        OperatorEntry("CumSum", versions: 11...Int.max) { node throws(EngineError) in
            try Cumulation(node, Addition(), neutral: 0)
        },
        OperatorEntry("CumProd", versions: 26...Int.max) { node throws(EngineError) in
            try Cumulation(node, Multiplication(), neutral: 1)
        },
    ]
}
