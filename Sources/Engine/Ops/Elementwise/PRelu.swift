internal import Tensors

/// Multiplies what is negative by a slope that is broadcast to the input.
///
/// A slope of one value per channel, which the first versions had, counts along axis 1 where the last axes do not fit.
struct PRelu: Operation {
    let node: Node

    private struct Slope: ArithmeticFunction {
        @inline(__always) func callAsFunction<R: RealElement>(_ x: R, _ slope: R) -> R { x < 0 ? slope * x : x }
        @inline(__always) func callAsFunction<I: WideInteger>(_ x: I, _ slope: I) -> I { x < 0 ? slope &* x : x }
    }

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let x = try node.operand(inputs, 0, of: .numbers)
        let slope = try node.operand(inputs, 1, like: x)
        // The standard broadcasts the slope alone; a slope larger than the input does no harm.
        let aligned = alignment(x.dims, slope.dims).aligned(slope.dims, to: x.dims)
        return [Fact(type: x.type, dims: try Dim.broadcast([x.dims, aligned], node: node))]
    }

    private func alignment(_ x: [Dim]?, _ slope: [Dim]?) -> LegacyBroadcast {
        guard let x, let slope, slope.count == 1, x.count > 1, slope[0] != .known(1) else { return .none }
        if node.version < 7 { return LegacyBroadcast(axis: 1) }
        return Dim.broadcast(x[x.count - 1], slope[0]) == nil ? LegacyBroadcast(axis: 1) : .none
    }

    func run(_ run: NodeRun) throws(EngineError) {
        let (x, slope) = (run.tensor(0), run.tensor(1))
        let alignment = alignment(x.shape.dims.map(Dim.known), slope.shape.dims.map(Dim.known))
        try Slope().run(
            run, x, as: x.shape, slope, as: alignment.aligned(slope.shape, to: x.shape), into: run.output(0), node: node)
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] {
        let alignment = alignment(facts[0]?.dims, facts.count > 1 ? facts[1]?.dims : nil)
        return [RowAxis.broadcast(inputs, facts: alignment.aligned(facts))]
    }

    var overwritableInputs: [Int] { [0] }

    static let all: [OperatorEntry] = [OperatorEntry("PRelu") { node in PRelu(node: node) }]
}
