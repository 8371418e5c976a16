internal import Tensors

extension Rewriter {
    /// A product with the truth of x = 0, 1, 2 … as numbers looks rows up.
    mutating func fuseOneHot(_ step: Network.Step, at index: Int) throws(EngineError) {
        guard step.inputs.count == 2, let matrix = constant(step.inputs[1]), matrix.dataType == .float32, matrix.shape.rank == 2,
            let cast = producer(of: step.inputs[0], "Cast"), fact(cast.outputs.first ?? nil)?.dataType == .float32,
            let equal = producer(of: cast.inputs.first ?? nil, "Equal"), equal.node.version >= 7, equal.inputs.count == 2,
            matrix.elements(as: Float.self).allSatisfy(\.isFinite)
        else { return }
        for side in 0..<2 {
            guard let numbers = constant(equal.inputs[side]), let x = equal.inputs[1 - side], let given = fact(x),
                given.dataType == .int32 || given.dataType == .int64, given.value == nil, let rank = given.rank, rank >= 2,
                rank >= numbers.shape.rank, numbers.count == matrix.shape[0], numbers.shape.dims.last == numbers.count,
                let first = Self.sequenceStart(numbers)
            else { continue }
            replace(
                index, absorbing: [], with: step.node, OneHotProduct(node: step.node, first: first, matrix: matrix), inputs: [x])
            return
        }
    }

    /// The first of whole numbers that follow one another; nil when they do not.
    private static func sequenceStart(_ tensor: Tensor) -> Int? {
        let numbers: [Int]
        switch tensor.dataType {
        case .int32: numbers = tensor.elements(as: Int32.self).map { Int($0) }
        case .int64: numbers = tensor.elements(as: Int64.self).map { Int($0) }
        default: return nil
        }
        guard let first = numbers.first, first.magnitude < 1 << 31, numbers.indices.allSatisfy({ numbers[$0] == first + $0 }) else {
            return nil
        }
        return first
    }
}
