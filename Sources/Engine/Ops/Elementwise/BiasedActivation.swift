internal import Tensors

/// An activation of a tensor plus a bias, as transformer exporters fuse them.
struct BiasedActivation<Function: RealFunction>: Operation {
    private struct AddThenApply: ArithmeticFunction {
        let function: Function

        var cost: Int { function.cost }
        @inline(__always) func callAsFunction<R: RealElement>(_ x: R, _ bias: R) -> R { function(x + bias) }
        @inline(__always) func callAsFunction<I: WideInteger>(_ x: I, _ bias: I) -> I { x &+ bias }
    }

    let node: Node
    let function: Function
    let requiresBias: Bool

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let x = try node.operand(inputs, 0, of: .reals)
        if requiresBias || (inputs.count > 1 && inputs[1] != nil) {
            let bias = try node.operand(inputs, 1, like: x)
            if let dims = try Dim.broadcast([x.dims, bias.dims], node: node), dims.count != x.rank {
                throw node.malformed("the bias has more axes than the input")
            }
        }
        return [Fact(type: x.type, dims: x.dims)]
    }

    func run(_ run: NodeRun) throws(EngineError) {
        let x = run.tensor(0)
        let y = run.output(0)
        guard let bias = run.optionalTensor(1) else { return function.map(run, x, to: y) }
        if x.dataType == .float32, x.shape.rank > 0, bias.count == x.shape[x.shape.rank - 1], bias.count > 0 {
            addRows(run, x, bias, y)
        } else {
            try AddThenApply(function: function).run(run, x, as: x.shape, bias, as: bias.shape, into: y, node: node)
        }
    }

    /// Adds a row to every row, then applies the function's own kernel while the row is in cache.
    private func addRows(_ run: NodeRun, _ x: Tensor, _ bias: Tensor, _ y: Tensor) {
        let width = bias.count
        run.parallel(x.count / width, costPerPiece: width * (function.cost + 1)) { rows in
            let (x, bias) = (x.pointer(as: Float.self), bias.pointer(as: Float.self))
            let y = y.mutablePointer(as: Float.self)
            for row in rows {
                let sum = y + row * width
                for index in 0..<width { sum[index] = x[row * width + index] + bias[index] }
                function.apply(sum, sum, count: width)
            }
        }
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] { [RowAxis.broadcast(inputs, facts: facts)] }
    var overwritableInputs: [Int] { [0] }
}

enum BiasedActivations {
    static let all: [OperatorEntry] = [
        OperatorEntry("BiasGelu", domain: "com.microsoft") { node in
            BiasedActivation(node: node, function: Gelu(), requiresBias: true)
        },
        OperatorEntry("FastGelu", domain: "com.microsoft") { node in
            BiasedActivation(node: node, function: TanhGelu(), requiresBias: false)
        },
    ]
}
