internal import Tensors

/// The normalised sum of an input, a skip connection and a bias, and on request the sum itself.
struct SkipLayerNormalization: Operation {
    let node: Node
    let epsilon: Float
    let isCentered: Bool

    static let entries: [OperatorEntry] = [
        OperatorEntry("SkipLayerNormalization", domain: "com.microsoft") { node throws(EngineError) in
            SkipLayerNormalization(node: node, epsilon: try node.float("epsilon", default: 1e-12), isCentered: true)
        },
        OperatorEntry("SkipSimplifiedLayerNormalization", domain: "com.microsoft") { node throws(EngineError) in
            SkipLayerNormalization(node: node, epsilon: try node.float("epsilon", default: 1e-12), isCentered: false)
        },
    ]

    private var positions: (beta: Int, bias: Int) { isCentered ? (3, 4) : (-1, 3) }

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let x = try node.tensorFact(inputs, 0, "input", .floating)
        let skip = try node.tensorFact(inputs, 1, "skip", .floating)
        let gamma = try node.tensorFact(inputs, 2, "gamma", .floating)
        let beta = isCentered ? try node.optionalTensorFact(inputs, 3, "beta", .floating) : nil
        let bias = try node.optionalTensorFact(inputs, positions.bias, "bias", .floating)
        let dataType = x.dataType ?? .float32
        guard let dims = x.dims else { return [Fact(dataType, nil), Fact(.float32, nil), Fact(.float32, nil), Fact(dataType, nil)] }
        guard dims.count >= 2 else { throw node.malformed("the input must have rank 2 or more, not \(dims.count)") }
        try NormalizedRows.check(node, skip, "skip", to: dims)
        for (fact, label) in [(gamma, "gamma"), (beta, "beta"), (bias, "bias")] {
            try node.checkDims(fact, [dims[dims.count - 1]], label)
        }
        let statistics = Fact(.float32, dims.dropLast() + [1])
        return [try node.outputFact(dataType, dims), statistics, statistics, Fact(dataType, dims)]
    }

    var outputCount: Int { 4 }

    func run(_ run: NodeRun) throws(EngineError) {
        if run.tensor(0).dataType == .float64 { normalize(run, Double.self) } else { normalize(run, Float.self) }
    }

    private func normalize<T: RowNormalizable>(_ run: NodeRun, _ type: T.Type) {
        let shape = run.tensor(0).shape
        let rows = NormalizedRows(shape, axis: shape.rank - 1)
        let length = rows.length
        let x = run.elements(run.tensor(0), as: T.self)
        let skip = rows.parameter(run, run.tensor(1), as: T.self)
        let gamma = run.elements(run.tensor(2), as: T.self)
        let beta = positions.beta >= 0 ? run.optionalElements(positions.beta, as: T.self) : nil
        let bias = run.optionalElements(positions.bias, as: T.self)
        let output = run.destination(0, as: T.self)
        let means = run.isWanted(1) ? run.destination(1, as: T.self) : nil
        let inverses = run.isWanted(2) ? run.destination(2, as: T.self) : nil
        let total = run.isWanted(3) ? run.destination(3, as: T.self) : nil
        let sums = total?.elements ?? run.scratch(T.self, count: shape.count)
        run.parallel(rows.count, costPerPiece: 10 &* length) { range in
            for row in range {
                let (source, other, sum) = (x + row * length, skip.row(row), sums + row * length)
                if let bias {
                    for i in 0..<length { sum[i] = source[i] + other[i] + bias[i] }
                } else {
                    for i in 0..<length { sum[i] = source[i] + other[i] }
                }
                T.normalize(
                    UnsafePointer(sum), length, gamma, beta, T(epsilon), isCentered: isCentered, into: output.elements + row * length)
                guard means != nil || inverses != nil else { continue }
                let statistics = T.statistics(UnsafePointer(sum), length, T(epsilon), isCentered: isCentered)
                means?.elements[row] = statistics.mean
                inverses?.elements[row] = statistics.inverseDeviation
            }
        }
        output.finish()
        means?.finish()
        inverses?.finish()
        total?.finish()
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] {
        var inputs = inputs
        var parameters = [2, 3, 4]
        // The skip connection has rows of its own, in the same place.
        if inputs[1] == inputs[0], facts[1]?.rank == facts[0]?.rank { inputs[1] = .absent } else { parameters.append(1) }
        return [RowAxis](repeating: NormalizedRows.rows(node, inputs, facts, axis: -1, parameters: parameters), count: 4)
    }
}
