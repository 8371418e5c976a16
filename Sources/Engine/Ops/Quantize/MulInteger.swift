internal import Tensors

/// The product of two 8-bit tensors, less their zero points, as 32-bit integers.
///
/// Inputs: the first tensor and its zero point, the second and its own.
struct MulInteger: Operation {
    let node: Node

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let a = try node.operand(inputs, 0, of: ByteQuantization.types)
        let b = try node.operand(inputs, 2, of: ByteQuantization.types)
        for (index, tensor) in [(1, a), (3, b)] where index < inputs.count && inputs[index] != nil {
            let zero = try node.operand(inputs, index, like: tensor)
            if let shape = zero.shape, shape.count != 1 { throw node.malformed("zero point \(index) must be a scalar, has shape \(shape)") }
        }
        return [Fact(.int32, try Dim.broadcast([a.dims, b.dims], node: node))]
    }

    func run(_ run: NodeRun) throws(EngineError) {
        let (a, b) = (run.tensor(0), run.tensor(2))
        let product = run.output(0)
        let walk = try BroadcastWalk(result: product.shape, a.shape, b.shape, node: node)
        let (aZero, bZero) = (try zeroPoint(run, 1), try zeroPoint(run, 3))
        let (left, right) = (run.computed(a, as: Int64.self), run.computed(b, as: Int64.self))
        let (aStep, bStep) = (walk.step(0), walk.step(1))
        let target = product.mutablePointer(as: Int32.self)
        run.parallel(walk.count, costPerPiece: 4) { range in
            walk.forEachRun(in: range) { run in
                for index in 0..<run.count {
                    let x = left[run.operands[0] + index * aStep] - aZero
                    let y = right[run.operands[1] + index * bStep] - bZero
                    target[run.result + index] = Int32(truncatingIfNeeded: x * y)
                }
            }
        }
    }

    private func zeroPoint(_ run: NodeRun, _ index: Int) throws(EngineError) -> Int64 {
        guard let tensor = run.optionalTensor(index) else { return 0 }
        guard tensor.count == 1 else { throw EngineError(.invalidInput, "zero points must be scalars", place: node.place) }
        return run.computed(tensor, as: Int64.self)[0]
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] {
        for (index, input) in inputs.enumerated() where index % 2 == 1 && input != .absent {
            return [.mixed("its zero point depends on the rows")]
        }
        guard inputs.count > 2 else { return [.mixed("an input is missing")] }
        return [RowAxis.broadcast([inputs[0], inputs[2]], facts: [facts[0], facts[2]])]
    }

    static let all: [OperatorEntry] = [
        OperatorEntry("MulInteger", domain: "com.microsoft") { node in MulInteger(node: node) }
    ]
}
