import Tensors

/// The predictions of a boosting library's trees: scores that begin with a base and gather the trees' leaves in order, then
/// a transform.
///
/// Input 0 is [rows, features] of `Scalar`; the output is [rows], or [rows, results] when there are several of each row.
struct BoostedTrees<Scalar: BinaryFloatingPoint & BitwiseCopyable & Sendable>: Operation {
    let forest: Forest<Scalar>
    /// Where the scores begin, one for each.
    let base: [Scalar]
    /// What each tree's leaves are multiplied with; empty when with nothing.
    let weights: [Scalar]
    /// Scores are divided by this at the end.
    let divisor: Scalar
    let transform: ScoreTransform
    let features: Int
    /// Leaves that are linear models of the row rather than numbers.
    let linearLeaves: LinearLeaves<Scalar>?

    static var entryName: String { "BoostedTrees" }

    private var dataType: DataType { MemoryLayout<Scalar>.size == 8 ? .float64 : .float32 }
    private var results: Int { transform.resultCount(forest.targets) }

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let extents = try FeatureRows.check(inputs.tensorFact(0), types: [dataType])
        if let columns = extents.columns, columns != features {
            throw EngineError(.invalidInput, "rows of \(columns) features, the model has \(features)")
        }
        return [Fact(dataType, results == 1 ? [extents.rows] : [extents.rows, .known(results)])]
    }

    func run(_ run: NodeRun) throws(EngineError) {
        let input = run.tensor(0)
        let output = try run.target(0, of: self)
        let matrix = FeatureMatrix<Scalar>(input, in: run)
        let targets = forest.targets
        let count = matrix.rows * targets
        let scores =
            results == targets
            ? output.mutablePointer(as: Scalar.self)
            : run.scratch(byteCount: count * MemoryLayout<Scalar>.stride).bindMemory(to: Scalar.self, capacity: max(1, count))
        let first = output.mutablePointer(as: Scalar.self)
        run.parallel(matrix.rows, costPerPiece: forest.costPerRow) { rows in
            for row in rows {
                for target in 0..<targets { scores[row * targets + target] = base[target] }
            }
            if let linearLeaves {
                linearLeaves.add(forest, rows, matrix, to: scores)
            } else if weights.isEmpty {
                forest.add(
                    rows, features: matrix.elements, columns: matrix.columns, to: scores, scored: nil, .sum)
            } else {
                forest.add(rows, features: matrix.elements, columns: matrix.columns, to: scores, weights: weights)
            }
            for row in rows {
                let own = scores + row * targets
                if divisor != 1 { for target in 0..<targets { own[target] /= divisor } }
                finish(own, count: targets)
                if results != targets { first[row] = own[0] }
            }
        }
        withExtendedLifetime((input, output)) {}
    }

    private func finish(_ scores: UnsafeMutablePointer<Scalar>, count: Int) {
        let raw = UnsafeMutableRawPointer(scores)
        if MemoryLayout<Scalar>.size == 8 {
            transform.apply(raw.assumingMemoryBound(to: Double.self), count: count)
        } else {
            transform.apply(raw.assumingMemoryBound(to: Float.self), count: count)
        }
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] { FeatureRows.rows(inputs, facts: facts, outputs: 1) }
}

/// Leaves that are linear models: a constant and a few features with their coefficients.
struct LinearLeaves<Scalar: BinaryFloatingPoint & BitwiseCopyable & Sendable>: Sendable {
    struct Leaf: Sendable {
        var constant: Scalar
        var terms: [(feature: Int, coefficient: Scalar)]
        /// What the leaf gives when a feature of its own is missing.
        var fallback: Scalar
    }

    /// By leaf.
    let leaves: [Leaf]
    /// The score that each tree adds to.
    let targetOfTree: [Int]

    func add(_ forest: Forest<Scalar>, _ rows: Range<Int>, _ matrix: FeatureMatrix<Scalar>, to scores: UnsafeMutablePointer<Scalar>) {
        let targets = forest.targets
        forest.walk(rows, features: matrix.elements, columns: matrix.columns) { row, tree, leaf in
            let own = leaves[leaf]
            var value = own.constant
            for term in own.terms {
                let feature = matrix.elements[row * matrix.columns + term.feature]
                if feature.isNaN {
                    value = own.fallback
                    break
                }
                value += feature * term.coefficient
            }
            scores[row * targets + targetOfTree[tree]] += value
        }
    }
}

/// Operators that native formats are made of; no file can name them.
enum NativeOperators {
    static let domain = "martlet"

    static let all: [OperatorEntry] = ["BoostedTrees", "BoostedLinear"].map { name in
        OperatorEntry(name, domain: domain) { node throws(EngineError) in
            guard case .operation(let operation)? = node.attributes["operation"] else {
                throw node.malformed("this operator cannot be named by a file")
            }
            return operation
        }
    }
}
