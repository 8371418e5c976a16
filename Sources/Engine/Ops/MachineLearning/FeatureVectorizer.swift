import Tensors

/// Puts the features of several inputs side by side, as float32.
struct FeatureVectorizer: Operation {
    /// How many features each input has in the result: surplus ones are cut off, missing ones are 0.
    private let widths: [Int]
    private let total: Int

    static let entries = [OperatorEntry("FeatureVectorizer", domain: "ai.onnx.ml", make: FeatureVectorizer.init(node:))]

    init(node: Node) throws(EngineError) {
        widths = try node.required("inputdimensions", node.ints("inputdimensions"))
        guard let shape = Shape(checking: [widths.count]), shape.count == node.inputs.count else {
            throw node.malformed("\(widths.count) inputdimensions for \(node.inputs.count) inputs")
        }
        var total = 0
        for width in widths {
            let (sum, overflow) = total.addingReportingOverflow(width)
            guard width >= 0, !overflow, sum < Int(Int32.max) else { throw node.malformed("inputdimensions has \(width)") }
            total = sum
        }
        self.total = total
    }

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        var rows = Dim.unknown
        for index in inputs.indices {
            let fact = try inputs.tensorFact(index)
            guard [.float32, .float64, .int64, .int32].contains(fact.elementType) else {
                throw EngineError(.malformedModel, "features of type \(fact.type)")
            }
            guard let dims = fact.dims else { continue }
            guard !dims.isEmpty else { throw EngineError(.invalidInput, "input \(index) has no axis") }
            let own = dims.count == 1 ? 1 : dims[0]
            if let left = rows.value, let right = own.value, left != right {
                throw EngineError(.invalidInput, "input \(index) has \(right) rows, others have \(left)")
            }
            if rows.value == nil, own != .unknown { rows = own }
        }
        return [Fact(.float32, [rows, .known(total)])]
    }

    func run(_ run: NodeRun) throws(EngineError) {
        let target = try run.target(0, of: self)
        let output = target.mutablePointer(as: Float.self)
        output.update(repeating: 0, count: target.count)
        var offset = 0
        for (index, width) in widths.enumerated() {
            let source = run.tensor(index)
            let matrix = FeatureMatrix<Float>(source, in: run)
            for row in 0..<min(matrix.rows, target.shape[0]) {
                (output + row * total + offset).update(from: matrix.elements + row * matrix.columns, count: min(width, matrix.columns))
            }
            offset += width
            withExtendedLifetime(source) {}
        }
        withExtendedLifetime(target) {}
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] {
        if let mixed = inputs.first(where: { if case .mixed = $0 { true } else { false } }) { return [mixed] }
        if inputs.allSatisfy({ $0 == .absent }) { return [.absent] }
        let isApart = inputs.indices.allSatisfy { inputs[$0] == .axis(0) && (facts[$0]?.rank ?? 0) >= 2 }
        return [isApart ? .axis(0) : .mixed("not all of its inputs have the batch first")]
    }
}
