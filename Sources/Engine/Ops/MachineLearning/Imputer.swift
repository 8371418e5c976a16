import Tensors

/// Puts given values in place of the one that stands for a missing value.
struct Imputer: Operation {
    private let floats: [Float]
    private let replacedFloat: Float
    private let integers: [Int]
    private let replacedInteger: Int

    static let entries = [OperatorEntry("Imputer", domain: "ai.onnx.ml", make: Imputer.init(node:))]

    init(node: Node) throws(EngineError) {
        floats = try node.floats("imputed_value_floats") ?? []
        integers = try node.ints("imputed_value_int64s") ?? []
        replacedFloat = try node.float("replaced_value_float", default: 0)
        replacedInteger = try node.int("replaced_value_int64", default: 0)
        guard floats.isEmpty != integers.isEmpty else {
            throw node.malformed("exactly one of imputed_value_floats and imputed_value_int64s must be given")
        }
    }

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let data = try inputs.tensorFact(0)
        let type = data.elementType
        guard floats.isEmpty ? type == .int64 || type == .int32 : type == .float32 || type == .float64 else {
            throw EngineError(.malformedModel, "features of type \(data.type) do not fit the imputed values")
        }
        if let dims = data.dims {
            guard !dims.isEmpty else { throw EngineError(.invalidInput, "features must have at least one axis") }
        }
        return [Fact(type, data.dims)]
    }

    func run(_ run: NodeRun) throws(EngineError) {
        let source = run.tensor(0)
        let target = try run.target(0, of: self)
        switch source.dataType {
        case .float32: impute(source, target, floats, replacedFloat) { $0.isNaN && $1.isNaN || $0 == $1 }
        case .float64:
            impute(source, target, floats.map(Double.init), Double(replacedFloat)) { $0.isNaN && $1.isNaN || $0 == $1 }
        case .int32:
            impute(source, target, integers.map { Int32(truncatingIfNeeded: $0) }, replacedInteger) { Int($0) == $1 }
        default: impute(source, target, integers.map { Int64($0) }, replacedInteger) { Int($0) == $1 }
        }
    }

    private func impute<Element: BitwiseCopyable, Replaced>(
        _ source: Tensor, _ target: Tensor, _ values: [Element], _ replaced: Replaced, _ isMissing: (Element, Replaced) -> Bool
    ) {
        let input = source.pointer(as: Element.self)
        let output = target.mutablePointer(as: Element.self)
        let columns = source.shape[min(1, source.shape.rank - 1)]
        // Values for all features, or one for all of them.
        let isPerColumn = values.count == columns
        var column = 0
        for index in 0..<source.count {
            let value = input[index]
            output[index] = isMissing(value, replaced) ? values[isPerColumn ? column : 0] : value
            column += 1
            if column == columns { column = 0 }
        }
        withExtendedLifetime((source, target)) {}
    }

    var overwritableInputs: [Int] { [0] }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] {
        if max(floats.count, integers.count) == 1 { return [RowAxis.of(inputs, 0)] }
        return FeatureRows.rows(inputs, facts: facts, outputs: 1)
    }
}
