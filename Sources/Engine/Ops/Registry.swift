/// Every operator that this build runs: the families' tables, end to end.
enum Registry {
    static let all: [OperatorEntry] = [
        SequenceOperators.all,
        ControlFlowOperators.all,
        Elementwise.all,
        Logic.all,
        CastOperators.all,
        ReduceOperators.all,
        QuantizeOperators.all,
        Generators.all,
        MatrixOperators.all,
        RandomOperators.all,
        ClassLoss.all,
        Optimizers.all,
        ShapeOperators.all,
        IndexOperators.all,
        TextOperators.all,
        SignalOperators.all,
        MachineLearningOperators.all,
        NativeOperators.all,
        DetectionOperators.all,
        MatMulOperators.all,
        ConvolutionOperators.all,
        PoolOperators.all,
        NormalizationOperators.all,
        ImageOperators.all,
        RecurrentOperators.all,
        AttentionOperators.all,
    ].flatMap { $0 }

    /// The entry that reads `node`; nil when there is none for its operator set version.
    static func find(_ node: Node) -> OperatorEntry? {
        byName[Key(domain: node.domain, name: node.operatorName)]?.first { $0.versions.contains(node.version) }
    }

    private struct Key: Hashable {
        let domain: String
        let name: String
    }

    private static let byName: [Key: [OperatorEntry]] = Dictionary(grouping: all) { Key(domain: $0.domain, name: $0.name) }
}
