internal import Tensors

/// A function of truth values, whose inputs are 0 for false and anything else for true.
protocol BooleanFunction: Sendable {
    static func holds(_ a: Bool, _ b: Bool) -> Bool

    /// Fills `c` with the function of `a` and `b`. A requirement so that every function gets loops of its own.
    static func run(_ run: NodeRun, _ a: Tensor, _ b: Tensor, as bShape: Shape, into c: Tensor, node: Node) throws(EngineError)
}

extension BooleanFunction {
    @inline(__always)
    static func run(_ run: NodeRun, _ a: Tensor, _ b: Tensor, as bShape: Shape, into c: Tensor, node: Node) throws(EngineError) {
        try BooleanPair<Self>().run(run, a, as: a.shape, b, as: bShape, into: c, node: node)
    }
}

private struct BooleanPair<Function: BooleanFunction>: PairFunction {
    var cost: Int { 1 }
    @inline(__always) func callAsFunction(_ a: UInt8, _ b: UInt8) -> UInt8 { Function.holds(a != 0, b != 0) ? 1 : 0 }
}

/// And, Or, Xor.
struct BooleanOperation<Function: BooleanFunction>: Operation {
    let node: Node
    let alignment: LegacyBroadcast

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let a = try node.operand(inputs, 0, of: .bool)
        let b = try node.operand(inputs, 1, of: .bool)
        return [Fact(.bool, try Dim.broadcast([a.dims, alignment.aligned(b.dims, to: a.dims)], node: node))]
    }

    func run(_ run: NodeRun) throws(EngineError) {
        let (a, b) = (run.tensor(0), run.tensor(1))
        try Function.run(run, a, b, as: alignment.aligned(b.shape, to: a.shape), into: run.output(0), node: node)
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] {
        [RowAxis.broadcast(inputs, facts: alignment.aligned(facts))]
    }

    var overwritableInputs: [Int] { [0, 1] }
}

struct Not: Operation {
    let node: Node

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        [Fact(.bool, try node.operand(inputs, 0, of: .bool).dims)]
    }

    func run(_ run: NodeRun) throws(EngineError) {
        ElementMap.run(run, run.tensor(0), run.output(0), costPerElement: 1) {
            (x: UnsafePointer<UInt8>, y: UnsafeMutablePointer<UInt8>, count) in
            for index in 0..<count { y[index] = x[index] == 0 ? 1 : 0 }
        }
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] { [inputs[0]] }
    var overwritableInputs: [Int] { [0] }
}

enum AndFunction: BooleanFunction {
    @inline(__always) static func holds(_ a: Bool, _ b: Bool) -> Bool { a && b }
}

enum OrFunction: BooleanFunction {
    @inline(__always) static func holds(_ a: Bool, _ b: Bool) -> Bool { a || b }
}

enum XorFunction: BooleanFunction {
    @inline(__always) static func holds(_ a: Bool, _ b: Bool) -> Bool { a != b }
}

enum BooleanLogic {
    static let all: [OperatorEntry] = [
        OperatorEntry("And") { node throws(EngineError) in
            BooleanOperation<AndFunction>(node: node, alignment: try LegacyBroadcast(node))
        },
        OperatorEntry("Or") { node throws(EngineError) in
            BooleanOperation<OrFunction>(node: node, alignment: try LegacyBroadcast(node))
        },
        OperatorEntry("Xor") { node throws(EngineError) in
            BooleanOperation<XorFunction>(node: node, alignment: try LegacyBroadcast(node))
        },
        OperatorEntry("Not") { node in Not(node: node) },
    ]
}
