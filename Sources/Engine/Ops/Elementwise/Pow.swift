internal import Tensors

/// A power. The exponent may be of another type than the base, whose type the result has.
struct Pow: Operation {
    let node: Node
    let alignment: LegacyBroadcast

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let base = try node.operand(inputs, 0, of: .numbers)
        let exponent = try node.operand(inputs, 1, of: .numbers)
        let dims = try Dim.broadcast([base.dims, alignment.aligned(exponent.dims, to: base.dims)], node: node)
        return [Fact(type: base.type, dims: dims)]
    }

    func run(_ run: NodeRun) throws(EngineError) {
        let (base, exponent) = (run.tensor(0), run.tensor(1))
        let aligned = alignment.aligned(exponent.shape, to: base.shape)
        let result = run.output(0)
        func compute(_ kernel: some PairFunction) throws(EngineError) {
            try kernel.run(run, base, as: base.shape, exponent, as: aligned, into: result, node: node)
        }
        switch base.dataType.computeKind {
        case .float: try compute(RealPower<Float>())
        case .double: try compute(RealPower<Double>())
        case .signed, .unsigned, nil:
            if exponent.dataType.isFloatingPoint {
                try compute(RealPower<Double>())
            } else {
                try compute(IntegerPower())
            }
        }
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] {
        [RowAxis.broadcast(inputs, facts: alignment.aligned(facts))]
    }

    // Not the exponent: it may be of another type and as wide, and is then converted block by block.
    var overwritableInputs: [Int] { [0] }

    static let all: [OperatorEntry] = [
        OperatorEntry("Pow") { node throws(EngineError) in Pow(node: node, alignment: try LegacyBroadcast(node)) }
    ]
}

/// Squares and cubes are products, whatever the shapes: a result may not depend on how its exponent was broadcast.
private struct RealPower<R: RealElement>: PairFunction {
    var cost: Int { 20 }

    @inline(__always)
    func callAsFunction(_ base: R, _ exponent: R) -> R {
        if exponent == 2 { return base * base }
        if exponent == 3 { return base * base * base }
        return R.pow(base, exponent)
    }
}

/// Exact modulo 2⁶⁴. A negative exponent gives the reciprocal cut to an integer, and 0 for a base of 0.
private struct IntegerPower: PairFunction {
    var cost: Int { 20 }

    @inline(__always)
    func callAsFunction(_ base: Int64, _ exponent: Int64) -> Int64 {
        if exponent < 0 { return base == 1 ? 1 : base == -1 ? (exponent & 1 == 0 ? 1 : -1) : 0 }
        var result: Int64 = 1
        var factor = base
        var rest = exponent
        while rest != 0 {
            if rest & 1 != 0 { result = result &* factor }
            factor = factor &* factor
            rest >>= 1
        }
        return result
    }
}
