internal import Tensors

/// QLinearAdd and QLinearMul: arithmetic on two 8-bit tensors, each with scale and zero point behind it, to a third.
struct QuantizedBinary<Function: ArithmeticFunction>: Operation {
    let node: Node
    let function: Function

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let a = try node.operand(inputs, 0, of: ByteQuantization.types)
        let b = try node.operand(inputs, 3, like: a)
        for scale in [1, 4, 6] { try ByteQuantization.check(inputs, scale, type: a, node: node) }
        return [Fact(type: a.type, dims: try Dim.broadcast([a.dims, b.dims], node: node))]
    }

    func run(_ run: NodeRun) throws(EngineError) {
        let (a, b) = (run.tensor(0), run.tensor(3))
        let c = run.output(0)
        let to = try ByteQuantization(run, 6, node: node)
        let walk = try BroadcastWalk(result: c.shape, a.shape, b.shape, node: node)
        // Every code has its value looked up: 256 of them stay in the innermost cache.
        let left = try ByteQuantization(run, 1, node: node).table(a.dataType)
        let right = try ByteQuantization(run, 4, node: node).table(b.dataType)
        let (aStep, bStep) = (walk.step(0), walk.step(1))
        let type = c.dataType
        left.withUnsafeBufferPointer { left in
            right.withUnsafeBufferPointer { right in
                run.parallel(walk.count, costPerPiece: 8) { range in
                    let (a, b) = (a.pointer(as: UInt8.self), b.pointer(as: UInt8.self))
                    let c = c.mutablePointer(as: UInt8.self)
                    walk.forEachRun(in: range) { run in
                        for index in 0..<run.count {
                            let value = function(
                                left[Int(a[run.operands[0] + index * aStep])], right[Int(b[run.operands[1] + index * bStep])])
                            c[run.result + index] = to.code(value, type)
                        }
                    }
                }
            }
        }
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] {
        for (index, input) in inputs.enumerated() where index != 0 && index != 3 && input != .absent {
            return [.mixed("its scale depends on the rows")]
        }
        return [RowAxis.broadcast([inputs[0], inputs[3]], facts: [facts[0], facts[3]])]
    }

    var overwritableInputs: [Int] { [0, 3] }
}

extension QuantizedBinary where Function == Addition {
    static var all: [OperatorEntry] {
        [
            OperatorEntry("QLinearAdd", domain: "com.microsoft") { node in QuantizedBinary(node: node, function: Addition()) },
            OperatorEntry("QLinearMul", domain: "com.microsoft") { node in
                QuantizedBinary<Multiplication>(node: node, function: Multiplication())
            },
        ]
    }
}
