import Tensors

/// Makes of each row of scores a map from the classes' labels to their scores.
struct ZipMap: Operation {
    private let labels: ClassLabels
    /// Places of the labels in ascending order: maps are ordered by their keys.
    private let order: [Int]

    static let entries = [OperatorEntry("ZipMap", domain: "ai.onnx.ml", make: ZipMap.init(node:))]

    init(node: Node) throws(EngineError) {
        labels = try ClassLabels(node: node, integers: "classlabels_int64s", strings: "classlabels_strings")
        var last: [LabelKey: Int] = [:]
        switch labels {
        case .integers(let values):
            for (place, value) in values.enumerated() { last[.integer(value)] = place }
            order = last.values.sorted { values[$0] < values[$1] }
        case .strings(let values):
            for (place, value) in values.enumerated() { last[.text(value)] = place }
            order = last.values.sorted { values[$0] < values[$1] }
        }
    }

    private var mapType: ValueType { .map(key: labels.dataType, value: .tensor(.float32)) }

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let extents = try FeatureRows.check(inputs.tensorFact(0), types: [.float32])
        if let columns = extents.columns, columns != labels.count {
            throw EngineError(.invalidInput, "rows of \(columns) scores for \(labels.count) classes")
        }
        return [Fact(type: .sequence(mapType))]
    }

    func run(_ run: NodeRun) throws(EngineError) {
        let source = run.tensor(0)
        let matrix = FeatureMatrix<Float>(source, in: run)
        guard matrix.columns == labels.count else {
            throw EngineError(.invalidInput, "rows of \(matrix.columns) scores for \(labels.count) classes")
        }
        let keys: [Value] = order.map { place in
            switch labels {
            case .integers(let values): .tensor(Tensor([Int64(values[place])], dataType: .int64, shape: .scalar))
            case .strings(let values): .tensor(Tensor(strings: [values[place]], shape: .scalar))
            }
        }
        let maps = (0..<matrix.rows).map { row in
            Value.map(
                order.indices.map { index in
                    let score = matrix.elements[row * matrix.columns + order[index]]
                    return (keys[index], .tensor(Tensor([score], dataType: .float32, shape: .scalar)))
                }, type: mapType)
        }
        run.publish(.sequence(maps, element: mapType), as: 0)
        withExtendedLifetime(source) {}
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] { FeatureRows.rows(inputs, facts: facts, outputs: 1) }
}
