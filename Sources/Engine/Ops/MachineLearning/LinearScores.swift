internal import Kernels
import Tensors

/// The scores of linear models: for each row and target the product with the target's coefficients, plus its intercept.
struct LinearScores: Sendable {
    let targets: Int
    let features: Int
    /// [features, targets], packed.
    private let coefficients: Tensor
    /// One for each target.
    private let intercepts: Tensor

    /// - Throws: `malformedModel` when the coefficients are not as many for each target.
    init(_ node: Node, coefficients: [Float], intercepts: [Float], targets: Int) throws(EngineError) {
        guard targets > 0, !coefficients.isEmpty, coefficients.count % targets == 0 else {
            throw node.malformed("\(coefficients.count) coefficients for \(targets) targets")
        }
        self.targets = targets
        features = coefficients.count / targets
        self.coefficients = Tensor(dataType: .float32, shape: [Float.packedCount(depth: features, columns: targets)])
        Float.pack(
            coefficients, (1, features), depth: features, columns: targets, into: self.coefficients.mutablePointer(as: Float.self))
        self.intercepts = Tensor(
            intercepts.count == targets ? intercepts : [Float](repeating: 0, count: targets), dataType: .float32, shape: [targets])
    }

    func check(columns: Int?) throws(EngineError) {
        if let columns, columns != features {
            throw EngineError(.invalidInput, "rows of \(columns) features, the model has \(features) coefficients a target")
        }
    }

    /// Calls `finish` for each row with its scores, which it may change; rows may be finished on several threads at once.
    func forEachRow(
        of input: Tensor, in run: NodeRun, _ finish: (_ row: Int, _ scores: UnsafeMutablePointer<Float>) -> Void
    ) {
        forEachBlock(of: input, in: run) { rows, scores in
            for row in rows { finish(row, scores + (row - rows.lowerBound) * targets) }
        }
    }

    /// The same for some neighbouring rows at a time, whose scores follow each other.
    func forEachBlock(
        of input: Tensor, in run: NodeRun, _ finish: (_ rows: Range<Int>, _ scores: UnsafeMutablePointer<Float>) -> Void
    ) {
        let matrix = FeatureMatrix<Float>(input, in: run)
        let scores = run.scratch(byteCount: matrix.rows * targets * 4)
            .bindMemory(to: Float.self, capacity: max(1, matrix.rows * targets))
        let weights = coefficients.pointer(as: Float.self)
        let epilogue = Epilogue(columnBias: intercepts.pointer(as: Float.self))
        run.parallel(matrix.rows, costPerPiece: 2 * targets * features) { rows in
            let own = scores + rows.lowerBound * targets
            var problem = MatrixMultiply(m: rows.count, n: targets, k: features)
            problem.cRow = targets
            Float.multiply(problem, matrix.elements + rows.lowerBound * features, packed: weights, own, epilogue)
            finish(rows, own)
        }
        withExtendedLifetime(input) {}
    }
}
