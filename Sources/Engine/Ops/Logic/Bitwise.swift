internal import Tensors

struct BitwiseAnd: ArithmeticFunction {
    @inline(__always) func callAsFunction<R: RealElement>(_ a: R, _ b: R) -> R { .nan }
    @inline(__always) func callAsFunction<I: WideInteger>(_ a: I, _ b: I) -> I { a & b }
}

struct BitwiseOr: ArithmeticFunction {
    @inline(__always) func callAsFunction<R: RealElement>(_ a: R, _ b: R) -> R { .nan }
    @inline(__always) func callAsFunction<I: WideInteger>(_ a: I, _ b: I) -> I { a | b }
}

struct BitwiseXor: ArithmeticFunction {
    @inline(__always) func callAsFunction<R: RealElement>(_ a: R, _ b: R) -> R { .nan }
    @inline(__always) func callAsFunction<I: WideInteger>(_ a: I, _ b: I) -> I { a ^ b }
}

/// Shifts further than the width leave nothing but copies of the sign; a negative distance is such a shift.
struct BitShift: ArithmeticFunction {
    let toLeft: Bool

    @inline(__always) func callAsFunction<R: RealElement>(_ a: R, _ b: R) -> R { .nan }

    @inline(__always)
    func callAsFunction<I: WideInteger>(_ a: I, _ b: I) -> I {
        let distance = b < 0 || b > 64 ? 64 : Int(b)
        return toLeft ? a << distance : a >> distance
    }
}

struct BitwiseNot: NumberFunction {
    @inline(__always) func callAsFunction<R: RealElement>(_ x: R) -> R { .nan }
    @inline(__always) func callAsFunction<I: WideInteger>(_ x: I) -> I { ~x }
}

/// Refuses floats before a function of integers sees them.
private struct IntegersOnly<Base: Operation>: Operation {
    let node: Node
    let base: Base

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        _ = try node.operand(inputs, 0, of: .integers)
        return try base.infer(inputs)
    }

    func run(_ run: NodeRun) throws(EngineError) { try base.run(run) }
    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] { base.rows(inputs, facts: facts) }
    var overwritableInputs: [Int] { base.overwritableInputs }
}

enum Bitwise {
    static let all: [OperatorEntry] = [
        OperatorEntry("BitwiseAnd", versions: 18...Int.max) { node throws(EngineError) in
            try BinaryOperation(node, BitwiseAnd(), types: .integers)
        },
        OperatorEntry("BitwiseOr", versions: 18...Int.max) { node throws(EngineError) in
            try BinaryOperation(node, BitwiseOr(), types: .integers)
        },
        OperatorEntry("BitwiseXor", versions: 18...Int.max) { node throws(EngineError) in
            try BinaryOperation(node, BitwiseXor(), types: .integers)
        },
        OperatorEntry("BitwiseNot", versions: 18...Int.max) { node in
            IntegersOnly(node: node, base: NumberUnaryOperation(node: node, function: BitwiseNot()))
        },
        OperatorEntry("BitShift", versions: 11...Int.max) { node throws(EngineError) in
            switch try node.required("direction", node.string("direction")) {
            case "LEFT": try BinaryOperation(node, BitShift(toLeft: true), types: .integers)
            case "RIGHT": try BinaryOperation(node, BitShift(toLeft: false), types: .integers)
            case let other: throw node.malformed("attribute 'direction' is '\(other)', which is neither 'LEFT' nor 'RIGHT'")
            }
        },
    ]
}
