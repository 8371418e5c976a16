import Tensors

/// The class that decision trees' leaves give most to, and the scores of all classes.
struct TreeEnsembleClassifier: Operation {
    /// The trees until they are laid out for good.
    private var source: LazyForest?
    private let labels: ClassLabels
    private let decision: TreeDecision
    private var evaluation: ForestEvaluation?

    static let entries = [
        OperatorEntry("TreeEnsembleClassifier", domain: "ai.onnx.ml", make: TreeEnsembleClassifier.init(node:))
    ]

    var outputCount: Int { 2 }

    init(node: Node) throws(EngineError) {
        labels = try ClassLabels(node: node, integers: "classlabels_int64s", strings: "classlabels_strings")
        let classes = labels.count
        source = LazyForest(try ForestDescription(node: node, leaves: "class", targets: classes))
        let base = try node.reals("base_values")
        guard base.isEmpty || base.count == classes || classes <= 2 && base.count <= 2 else {
            throw node.malformed("\(base.count) base values for \(classes) classes")
        }
        decision = TreeDecision(
            classes: classes, baseValues: base, transform: try PostTransform(node: node),
            targets: Set(try node.ints("class_ids") ?? []),
            areAllPositive: try node.reals("class_weights").allSatisfy { $0 >= 0 || $0.isNaN })
    }

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let fact = try inputs.tensorFact(0)
        let extents = try FeatureRows.check(fact)
        try forest(for: fact.elementType).check(columns: extents.columns)
        return [Fact(labels.dataType, [extents.rows]), Fact(.float32, [extents.rows, .known(labels.count)])]
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
        let evaluation = try forest(for: input.dataType)
        try evaluation.check(columns: FeatureRows.extents(input.shape).columns)
        let label = try run.target(0, of: self)
        let scores = try run.target(1, of: self)
        switch evaluation {
        case .single(let forest): self.run(forest, input, label, scores, run)
        case .double(let forest): self.run(forest, input, label, scores, run)
        }
    }

    private func run<Scalar>(_ forest: Forest<Scalar>, _ input: Tensor, _ label: Tensor, _ output: Tensor, _ run: NodeRun) {
        let rows = label.count
        let chosen = run.scratch(byteCount: rows * 4).bindMemory(to: Int32.self, capacity: max(rows, 1))
        let results = output.mutablePointer(as: Float.self)
        let classes = labels.count
        let base = decision.baseValues.map { Scalar($0) }
        ForestScores(forest: forest, aggregation: .sum, notesScored: true).forEachRow(of: input, in: run) { row, scores, scored in
            chosen[row] = decision.decide(scores, scored, base: base, output: results + row * classes)
        }
        labels.write(UnsafeBufferPointer(start: chosen, count: rows), to: label)
        withExtendedLifetime(output) {}
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] { FeatureRows.rows(inputs, facts: facts, outputs: 2) }
}
