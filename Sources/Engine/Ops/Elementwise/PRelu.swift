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
        if let dims = try Dim.broadcast([x.dims, alignment(x.dims, slope.dims).aligned(slope.dims, to: x.dims)], node: node) {
            guard dims.count == x.rank else {
                throw node.malformed("a slope of \(slope.rank ?? 0) axes does not broadcast to \(x.rank ?? 0)")
            }
        }
        return [Fact(type: x.type, dims: x.dims)]
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
