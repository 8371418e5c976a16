internal import Tensors

/// LayerNormalization and RMSNormalization over the axes from one on; the latter neither centres nor shifts.
struct LayerNormalization: Operation {
    let node: Node
    let axis: Int
    let epsilon: Float
    let isCentered: Bool
    /// The type of the mean and of the inverse standard deviation.
    let stashType: DataType

    static let entries: [OperatorEntry] = [
        OperatorEntry("LayerNormalization") { node throws(EngineError) in try LayerNormalization(node, isCentered: true) },
        OperatorEntry("LayerNormalization", domain: "com.microsoft") { node throws(EngineError) in
            try LayerNormalization(node, isCentered: true)
        },
        OperatorEntry("RMSNormalization") { node throws(EngineError) in try LayerNormalization(node, isCentered: false) },
        OperatorEntry("SimplifiedLayerNormalization") { node throws(EngineError) in
            try LayerNormalization(node, isCentered: false)
        },
        OperatorEntry("SimplifiedLayerNormalization", domain: "com.microsoft") { node throws(EngineError) in
            try LayerNormalization(node, isCentered: false)
        },
    ]

    init(_ node: Node, isCentered: Bool) throws(EngineError) {
        self.node = node
        self.isCentered = isCentered
        axis = try node.int("axis", default: -1)
        epsilon = try node.float("epsilon", default: 1e-5)
        stashType = try Self.stashType(node)
    }

    static func stashType(_ node: Node) throws(EngineError) -> DataType {
        switch try node.int("stash_type", default: 1) {
        case 1: .float32
        case 10: .float16
        case 11: .float64
        case 16: .bfloat16
        case let other: throw node.unsupported("a stash_type of \(other)")
        }
    }

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let x = try node.tensorFact(inputs, 0, "X", .floating)
        let scale = try node.tensorFact(inputs, 1, "Scale", .floating)
        let bias = try node.optionalTensorFact(inputs, 2, "B", .floating)
        let dataType = (isCentered ? x.dataType : scale.dataType) ?? .float32
        guard let dims = x.dims else { return [Fact(dataType, nil), Fact(stashType, nil), Fact(stashType, nil)] }
        let position = try node.normalizedAxis(axis, rank: dims.count)
        try NormalizedRows.check(node, scale, "Scale", to: dims)
        try NormalizedRows.check(node, bias, "B", to: dims)
        let statistics = Fact(stashType, dims[..<position] + [Dim](repeating: 1, count: dims.count - position))
        return [try node.outputFact(dataType, dims), statistics, statistics]
    }

    var outputCount: Int { 3 }

    func run(_ run: NodeRun) throws(EngineError) {
        let rows = NormalizedRows(run.tensor(0).shape, axis: try node.normalizedAxis(axis, rank: run.tensor(0).shape.rank))
        if run.tensor(0).dataType == .float64 { normalize(run, rows, Double.self) } else { normalize(run, rows, Float.self) }
    }

    private func normalize<T: RowNormalizable>(_ run: NodeRun, _ rows: NormalizedRows, _ type: T.Type) {
        let x = run.elements(run.tensor(0), as: T.self)
        let scale = rows.parameter(run, run.tensor(1), as: T.self)
        let bias = run.optionalTensor(2).map { rows.parameter(run, $0, as: T.self) }
        let output = run.destination(0, as: T.self)
        // Simplified forms have the inverse deviation as their only statistic.
        let places = isCentered ? (mean: 1, inverse: 2) : (mean: -1, inverse: 1)
        let means = places.mean > 0 && run.isWanted(places.mean) ? run.destination(places.mean, as: T.self) : nil
        let inverses = run.isWanted(places.inverse) ? run.destination(places.inverse, as: T.self) : nil
        let length = rows.length
        run.parallel(rows.count, costPerPiece: 8 &* length) { range in
            for row in range {
                T.normalize(
                    x + row * length, length, scale.row(row), bias?.row(row), T(epsilon), isCentered: isCentered,
                    into: output.elements + row * length)
                guard means != nil || inverses != nil else { continue }
                let statistics = T.statistics(x + row * length, length, T(epsilon), isCentered: isCentered)
                means?.elements[row] = statistics.mean
                inverses?.elements[row] = statistics.inverseDeviation
            }
        }
        output.finish()
        means?.finish()
        inverses?.finish()
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] {
        [RowAxis](repeating: NormalizedRows.rows(node, inputs, facts, axis: axis, parameters: [1, 2]), count: 3)
    }
}
