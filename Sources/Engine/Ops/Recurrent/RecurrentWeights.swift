internal import Tensors

/// The matrices of a recurrent operator with their gates last, so that a product reads straight on.
struct RecurrentWeights<T: ComputeType> {
    /// [directions, inputs, gates · hidden]
    let input: UnsafePointer<T>
    /// [directions, hidden, gates · hidden]
    let recurrent: UnsafePointer<T>

    init(_ run: NodeRun, _ packed: PackedRecurrentWeights?, as type: T.Type) {
        if let packed, T.dataType == .float32 {
            input = packed.input.pointer(as: T.self)
            recurrent = packed.recurrent.pointer(as: T.self)
        } else {
            input = Self.transposed(run, run.tensor(1))
            recurrent = Self.transposed(run, run.tensor(2))
        }
    }

    private static func transposed(_ run: NodeRun, _ tensor: Tensor) -> UnsafePointer<T> {
        let target = run.scratch(T.self, count: tensor.count)
        PackedRecurrentWeights.transpose(run.elements(tensor, as: T.self), tensor.shape, into: target)
        return UnsafePointer(target)
    }
}

/// Constant matrices, transposed once for every run to come.
struct PackedRecurrentWeights: Sendable {
    let input: Tensor
    let recurrent: Tensor

    /// nil unless both matrices are known float32 constants.
    init?(_ inputs: [Fact?]) {
        guard inputs.count > 2, let w = inputs[1]?.value, let r = inputs[2]?.value, w.dataType == .float32, r.dataType == .float32,
            w.shape.rank == 3, r.shape.rank == 3
        else { return nil }
        input = Self.transposed(w)
        recurrent = Self.transposed(r)
    }

    private static func transposed(_ tensor: Tensor) -> Tensor {
        let shape = tensor.shape
        let result = Tensor(dataType: .float32, shape: [shape[0], shape[2], shape[1]])
        transpose(tensor.pointer(as: Float.self), shape, into: result.mutablePointer(as: Float.self))
        return result
    }

    static func transpose<T: BitwiseCopyable>(_ source: UnsafePointer<T>, _ shape: Shape, into target: UnsafeMutablePointer<T>) {
        let (rows, columns) = (shape[1], shape[2])
        for matrix in 0..<shape[0] {
            let base = matrix * rows * columns
            for row in 0..<rows { for column in 0..<columns { target[base + column * rows + row] = source[base + row * columns + column] } }
        }
    }
}

/// The projections of all inputs of one direction, [rows of x, gates · hidden].
enum InputProjection {
    static func compute<T: ComputeType>(
        _ run: NodeRun, _ sequence: RecurrentSequence, _ weights: RecurrentWeights<T>, gates: Int
    ) -> UnsafeMutablePointer<T> {
        let (rows, columns) = (sequence.steps * sequence.batch, gates * sequence.hidden)
        let x = run.elements(run.tensor(0), as: T.self)
        let result = run.scratch(T.self, count: sequence.directions * rows * columns)
        for direction in 0..<sequence.directions {
            MatMulPlan([rows, sequence.input], [sequence.input, columns], OperandLayout(), OperandLayout()).run(
                run, x, weights.input + direction * sequence.input * columns, result + direction * rows * columns)
        }
        return result
    }
}
