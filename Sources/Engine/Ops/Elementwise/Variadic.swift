internal import Kernels
internal import Tensors

/// An operator that folds any number of tensors, one or more, from the first to the last.
struct VariadicOperation<Function: ArithmeticFunction>: Operation {
    let node: Node
    let function: Function
    /// Whether the fold is divided by the number of inputs.
    var averages = false

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let first = try node.operand(inputs, 0, of: .numbers)
        var dims: [[Dim]?] = [first.dims]
        for index in inputs.indices.dropFirst() { dims.append(try node.operand(inputs, index, like: first).dims) }
        return [Fact(type: first.type, dims: try Dim.broadcast(dims, node: node))]
    }

    func run(_ run: NodeRun) throws(EngineError) {
        let output = run.output(0)
        let first = run.tensor(0)
        if run.inputCount == 1 {
            if first.bytes != UnsafeRawPointer(output.mutableBytes) {
                output.mutableBytes.copyMemory(from: first.bytes, byteCount: output.byteCount)
            }
            return
        }
        // The output holds the fold so far; only the first step reads the inputs that it may have replaced.
        for index in 1..<run.inputCount {
            let left = index == 1 ? first : output
            let right = run.tensor(index)
            try function.run(run, left, as: left.shape, right, as: right.shape, into: output, node: node)
        }
        if averages {
            Division.divide(run, output, by: run.inputCount)
        }
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] { [RowAxis.broadcast(inputs, facts: facts)] }
    var overwritableInputs: [Int] { [0, 1] }
}

extension Division {
    /// Divides every element of a tensor of floats in place.
    fileprivate static func divide(_ run: NodeRun, _ tensor: Tensor, by divisor: Int) {
        struct ByConstant: RealFunction {
            let divisor: Int
            var cost: Int { 4 }
            func callAsFunction<R: RealElement>(_ x: R) -> R { x / R(divisor) }
        }
        ByConstant(divisor: divisor).map(run, tensor, to: tensor)
    }
}

struct Largest: ArithmeticFunction {
    var kernel: BinaryKernel? { Kernels.table.binary.maximum }
    @inline(__always) func callAsFunction<R: RealElement>(_ a: R, _ b: R) -> R { R.larger(a, b) }
    @inline(__always) func callAsFunction<I: WideInteger>(_ a: I, _ b: I) -> I { a > b ? a : b }
}

struct Smallest: ArithmeticFunction {
    var kernel: BinaryKernel? { Kernels.table.binary.minimum }
    @inline(__always) func callAsFunction<R: RealElement>(_ a: R, _ b: R) -> R { R.smaller(a, b) }
    @inline(__always) func callAsFunction<I: WideInteger>(_ a: I, _ b: I) -> I { a < b ? a : b }
}

enum Variadic {
    static let all: [OperatorEntry] = [
        OperatorEntry("Max") { node in VariadicOperation(node: node, function: Largest()) },
        OperatorEntry("Min") { node in VariadicOperation(node: node, function: Smallest()) },
        OperatorEntry("Sum") { node in VariadicOperation(node: node, function: Addition()) },
        OperatorEntry("Mean") { node in VariadicOperation(node: node, function: Addition(), averages: true) },
    ]
}
