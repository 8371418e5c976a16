internal import Tensors

/// The matrices of a recurrent operator, packed for products with rows of inputs and of states.
struct RecurrentWeights<T: ComputeType> {
    /// One matrix [inputs, gates · hidden] for each direction.
    let input: RightOperand<T>
    private let recurrent: UnsafePointer<T>
    private let layout: RecurrentLayout

    init(_ run: NodeRun, _ packed: PackedRecurrentWeights?, parts: [Int], as type: T.Type) {
        let (w, r) = (run.tensor(1), run.tensor(2))
        layout = RecurrentLayout(hidden: r.shape[2], parts: parts)
        let perMatrix = T.packedCount(depth: w.shape[2], columns: w.shape[1])
        if let packed, T.dataType == .float32 {
            input = .packed(packed.input.pointer(as: T.self), perMatrix: perMatrix)
            recurrent = packed.recurrent.pointer(as: T.self)
            return
        }
        let directions = w.shape[0]
        let inputs = run.scratch(T.self, count: directions * perMatrix)
        let states = run.scratch(T.self, count: directions * layout.count(as: T.self))
        layout.pack(run.elements(w, as: T.self), w.shape, run.elements(r, as: T.self), inputs, states)
        input = .packed(UnsafePointer(inputs), perMatrix: perMatrix)
        recurrent = UnsafePointer(states)
    }

    /// Adds the product of states [rows, hidden] with one part of the recurrent matrix to those columns of sums, or sets them.
    func multiply(
        _ states: UnsafePointer<T>, rows: Int, direction: Int, part: Int, into sums: UnsafeMutablePointer<T>, stride: Int, accumulates: Bool
    ) {
        var problem = MatrixMultiply(m: rows, n: layout.parts[part] * layout.hidden, k: layout.hidden, accumulates: accumulates)
        problem.cRow = stride
        T.multiply(problem, states, packed: recurrent + direction * layout.count(as: T.self) + layout.start(of: part, as: T.self), sums)
    }
}

/// How a recurrent matrix is cut: gates that are computed together are packed together.
struct RecurrentLayout: Sendable {
    let hidden: Int
    /// Gates in each part.
    let parts: [Int]

    /// Elements of one direction.
    func count<T: ComputeType>(as type: T.Type) -> Int { start(of: parts.count, as: type) }

    func start<T: ComputeType>(of part: Int, as type: T.Type) -> Int {
        parts[..<part].reduce(0) { $0 + T.packedCount(depth: hidden, columns: $1 * hidden) }
    }

    /// Packs W [directions, gates · hidden, inputs] and R [directions, gates · hidden, hidden].
    func pack<T: ComputeType>(
        _ w: UnsafePointer<T>, _ shape: Shape, _ r: UnsafePointer<T>, _ inputs: UnsafeMutablePointer<T>, _ states: UnsafeMutablePointer<T>
    ) {
        let (columns, depth) = (shape[1], shape[2])
        for direction in 0..<shape[0] {
            T.pack(
                w + direction * columns * depth, (1, depth), depth: depth, columns: columns,
                into: inputs + direction * T.packedCount(depth: depth, columns: columns))
            var gate = 0
            for (part, gates) in parts.enumerated() {
                T.pack(
                    r + (direction * columns + gate * hidden) * hidden, (1, hidden), depth: hidden, columns: gates * hidden,
                    into: states + direction * count(as: T.self) + start(of: part, as: T.self))
                gate += gates
            }
        }
    }
}

/// Constant matrices, packed once for every run to come.
struct PackedRecurrentWeights: Sendable {
    let input: Tensor
    let recurrent: Tensor

    /// nil unless both matrices are known float32 constants.
    init?(_ inputs: [Fact?], parts: [Int]) {
        guard inputs.count > 2, let w = inputs[1]?.value, let r = inputs[2]?.value, w.dataType == .float32, r.dataType == .float32,
            w.shape.rank == 3, r.shape.rank == 3, w.shape.count > 0, r.shape.count > 0
        else { return nil }
        let layout = RecurrentLayout(hidden: r.shape[2], parts: parts)
        input = Tensor(dataType: .float32, shape: [w.shape[0] * Float.packedCount(depth: w.shape[2], columns: w.shape[1])])
        recurrent = Tensor(dataType: .float32, shape: [r.shape[0] * layout.count(as: Float.self)])
        layout.pack(
            w.pointer(as: Float.self), w.shape, r.pointer(as: Float.self), input.mutablePointer(as: Float.self),
            recurrent.mutablePointer(as: Float.self))
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
        // The directions are a batch of the right operand alone.
        MatMulPlan([1, rows, sequence.input], [sequence.directions, sequence.input, columns], OperandLayout(), OperandLayout())
            .run(run, x, weights.input, result)
        return result
    }
}
