internal import Tensors

/// Takes each element from one 8-bit tensor or another, brought to the scale of the output.
///
/// Inputs: condition; first tensor, its scale and zero point; second tensor with its own; scale and zero point of the output.
struct QLinearWhere: Operation {
    let node: Node

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let condition = try node.operand(inputs, 0, of: .bool)
        let x = try node.operand(inputs, 1, of: ByteQuantization.types)
        let y = try node.operand(inputs, 4, like: x)
        for scale in [2, 5, 7] { try ByteQuantization.check(inputs, scale, type: x, node: node) }
        return [Fact(type: x.type, dims: try Dim.broadcast([condition.dims, x.dims, y.dims], node: node))]
    }

    func run(_ run: NodeRun) throws(EngineError) {
        let (condition, x, y) = (run.tensor(0), run.tensor(1), run.tensor(4))
        let z = run.output(0)
        let to = try ByteQuantization(run, 7, node: node)
        let xCodes = try ByteQuantization(run, 2, node: node).table(x.dataType).map { to.code($0, z.dataType) }
        let yCodes = try ByteQuantization(run, 5, node: node).table(y.dataType).map { to.code($0, z.dataType) }
        let walk = try BroadcastWalk(result: z.shape, condition.shape, x.shape, y.shape, node: node)
        let (truth, target) = (condition.pointer(as: UInt8.self), z.mutablePointer(as: UInt8.self))
        let (left, right) = (x.pointer(as: UInt8.self), y.pointer(as: UInt8.self))
        let (cStep, xStep, yStep) = (walk.step(0), walk.step(1), walk.step(2))
        walk.forEachRun(in: 0..<walk.count) { run in
            for index in 0..<run.count {
                target[run.result + index] =
                    truth[run.operands[0] + index * cStep] != 0
                    ? xCodes[Int(left[run.operands[1] + index * xStep])] : yCodes[Int(right[run.operands[2] + index * yStep])]
            }
        }
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] {
        for (index, input) in inputs.enumerated() where ![0, 1, 4].contains(index) && input != .absent {
            return [.mixed("its scale depends on the rows")]
        }
        return [RowAxis.broadcast([inputs[0], inputs[1], inputs[4]], facts: [facts[0], facts[1], facts[4]])]
    }

    static let all: [OperatorEntry] = [
        OperatorEntry("QLinearWhere", domain: "com.microsoft") { node in QLinearWhere(node: node) }
    ]
}
