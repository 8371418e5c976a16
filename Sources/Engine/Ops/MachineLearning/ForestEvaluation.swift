import Tensors

/// A forest in the precision that its input asks for: double for float64, single for everything else.
enum ForestEvaluation: Sendable {
    case single(Forest<Float>)
    case double(Forest<Double>)

    init(_ description: ForestDescription, input: DataType) throws(EngineError) {
        if input == .float64 {
            var builder = ForestBuilder<Double>(description)
            self = .double(try builder.build())
        } else {
            var builder = ForestBuilder<Float>(description)
            self = .single(try builder.build())
        }
    }

    var featureCount: Int {
        switch self {
        case .single(let forest): forest.featureCount
        case .double(let forest): forest.featureCount
        }
    }

    func check(columns: Int?) throws(EngineError) {
        if let columns, columns < featureCount {
            throw EngineError(.invalidInput, "the trees test feature \(featureCount - 1), a row has \(columns)")
        }
    }
}

/// The sums of a forest for all rows of a run, before they are finished.
struct ForestScores<Scalar: BinaryFloatingPoint & BitwiseCopyable & Sendable> {
    let forest: Forest<Scalar>
    let aggregation: Forest<Scalar>.Aggregation
    /// The end of each row needs to know which results had a value at all.
    let notesScored: Bool

    /// Walks the trees for all rows and calls `finish` for each row: its sums, and which of them had a value.
    ///
    /// Rows may be finished on several threads at once. Two scores a row are there even where the forest has one result.
    func forEachRow(
        of input: Tensor, in run: NodeRun, _ finish: (_ row: Int, _ scores: UnsafeMutablePointer<Scalar>, _ scored: UnsafeMutablePointer<UInt8>) -> Void
    ) {
        let matrix = FeatureMatrix<Scalar>(input, in: run)
        let targets = forest.targets
        let count = matrix.rows * targets
        let scores = run.scratch(byteCount: count * MemoryLayout<Scalar>.stride).bindMemory(to: Scalar.self, capacity: max(count, 1))
        let scored = run.scratch(byteCount: count).bindMemory(to: UInt8.self, capacity: max(count, 1))
        let needsNotes = notesScored && forest.isAlwaysScored.contains(false) || aggregation == .min || aggregation == .max
        run.parallel(matrix.rows, costPerPiece: forest.costPerRow) { rows in
            let first = rows.lowerBound * targets
            (scores + first).update(repeating: 0, count: rows.count * targets)
            (scored + first).update(repeating: needsNotes ? 0 : 1, count: rows.count * targets)
            forest.add(
                rows, features: matrix.elements, columns: matrix.columns, to: scores, scored: needsNotes ? scored : nil,
                aggregation)
            for row in rows { finish(row, scores + row * targets, scored + row * targets) }
        }
        withExtendedLifetime(input) {}
    }
}
