import Tensors

/// The sums, averages or extremes of decision trees' leaves: one or more results for each row.
struct TreeEnsembleRegressor: Operation {
    /// The trees until they are laid out for good.
    private var source: LazyForest?
    private let targets: Int
    private let aggregation: String
    private let transform: PostTransform
    private let baseValues: [Double]
    private let outputType: DataType?
    private var evaluation: ForestEvaluation?

    static let entries = [
        OperatorEntry("TreeEnsembleRegressor", domain: "ai.onnx.ml", make: TreeEnsembleRegressor.init(node:)),
        OperatorEntry("TreeEnsemble", domain: "ai.onnx.ml", versions: 5...Int.max, make: TreeEnsembleRegressor.init(version5:)),
    ]

    init(node: Node) throws(EngineError) {
        targets = try node.int("n_targets", default: 1)
        source = LazyForest(try ForestDescription(node: node, leaves: "target", targets: targets))
        aggregation = try node.string("aggregate_function", default: "SUM")
        transform = try PostTransform(node: node)
        baseValues = try node.reals("base_values")
        outputType = .float32
        try check(node)
    }

    init(version5 node: Node) throws(EngineError) {
        let description = try ForestDescription(version5: node)
        targets = description.targets
        source = LazyForest(description)
        let function = try node.int("aggregate_function", default: 1)
        guard (0..<4).contains(function) else { throw node.malformed("aggregate_function \(function)") }
        aggregation = ["AVERAGE", "SUM", "MIN", "MAX"][function]
        let code = try node.int("post_transform", default: 0)
        guard (0..<5).contains(code) else { throw node.malformed("post_transform \(code)") }
        transform = [.none, .softmax, .logistic, .softmaxZero, .probit][code]
        baseValues = []
        outputType = nil
        try check(node)
    }

    private func check(_ node: Node) throws(EngineError) {
        guard targets > 0, targets <= ForestDescription.maximumTargets else {
            throw node.malformed("n_targets is \(targets), the limit is \(ForestDescription.maximumTargets)")
        }
        guard Forest<Float>.Aggregation(rawValue: aggregation) != nil else {
            throw node.malformed("aggregate_function '\(aggregation)' is not known")
        }
        guard baseValues.isEmpty || baseValues.count == targets else {
            throw node.malformed("\(baseValues.count) base values for \(targets) results")
        }
    }

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let fact = try inputs.tensorFact(0)
        let types: [DataType] = outputType == nil ? [.float32, .float64, .float16] : [.float32, .float64, .int64, .int32]
        let extents = try FeatureRows.check(fact, types: types)
        try forest(for: fact.elementType).check(columns: extents.columns)
        return [Fact(outputType ?? fact.elementType, [extents.rows, .known(targets)])]
    }

    func prepare(_ inputs: [Fact?]) throws(EngineError) -> (any Operation)? {
        guard evaluation == nil else { return nil }
        var prepared = self
        prepared.evaluation = try forest(for: inputs.tensorFact(0).elementType)
        prepared.source = nil
        return prepared
    }

    private func forest(for input: DataType) throws(EngineError) -> ForestEvaluation {
        if let evaluation { return evaluation }
        guard let source else { preconditionFailure("a forest is either described or laid out") }
        return try source.evaluation(for: input)
    }

    func run(_ run: NodeRun) throws(EngineError) {
        let input = run.tensor(0)
        let output = try run.target(0, of: self)
        let evaluation = try forest(for: input.dataType)
        try evaluation.check(columns: FeatureRows.extents(input.shape).columns)
        switch evaluation {
        case .single(let forest): self.run(forest, input, output, run)
        case .double(let forest): self.run(forest, input, output, run)
        }
    }

    private func run<Scalar>(_ forest: Forest<Scalar>, _ input: Tensor, _ output: Tensor, _ run: NodeRun) {
        let targets = forest.targets
        let aggregation = Forest<Scalar>.Aggregation(rawValue: aggregation) ?? .sum
        let treeCount = Scalar(forest.trees.count)
        let base = baseValues.map { Scalar($0) }
        let results = RealElements(output)
        let floats = output.dataType == .float32 ? output.mutablePointer(as: Float.self) : nil
        ForestScores(forest: forest, aggregation: aggregation, notesScored: false).forEachRow(of: input, in: run) { row, scores, _ in
            for target in 0..<targets {
                if aggregation == .average { scores[target] /= treeCount }
                if !base.isEmpty { scores[target] += base[target] }
            }
            if targets > 1 {
                transform.apply(to: scores, count: targets)
            } else if transform == .probit {
                // A single result knows no other transform.
                transform.apply(to: scores, count: 1)
            }
            if let floats {
                for target in 0..<targets { floats[row * targets + target] = Float(scores[target]) }
            } else {
                for target in 0..<targets { results[row * targets + target] = Double(scores[target]) }
            }
        }
        withExtendedLifetime(output) {}
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] { FeatureRows.rows(inputs, facts: facts, outputs: 1) }
}
