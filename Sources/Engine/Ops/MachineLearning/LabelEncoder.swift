import Tensors

/// Looks each element up and puts its counterpart in its place, or a default.
struct LabelEncoder: Operation {
    private let places: [LabelKey: Int]
    private let keyType: DataType
    /// The counterparts, and the default behind them.
    private let values: Tensor

    static let entries = [
        OperatorEntry("LabelEncoder", domain: "ai.onnx.ml", versions: 1...1) { node throws(EngineError) in
            try CategoryMap(node: node, strings: "classes_strings", integers: nil)
        },
        OperatorEntry("LabelEncoder", domain: "ai.onnx.ml", versions: 2...Int.max, make: LabelEncoder.init(node:)),
    ]

    init(node: Node) throws(EngineError) {
        let keys = try node.labels("keys", default: nil)
        values = try node.labels("values", default: node.tensor("default_tensor"))
        keyType = keys.dataType
        guard let found = LabelKey.all(keys), keys.count + 1 == values.count else {
            throw node.malformed("\(keys.count) keys of type \(keys.dataType) for \(values.count - 1) values")
        }
        // Of a key that is there twice the last one counts.
        var places: [LabelKey: Int] = [:]
        for (place, key) in found.enumerated() { places[key] = place }
        self.places = places
    }

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let data = try inputs.tensorFact(0)
        guard data.dataType == keyType else {
            throw EngineError(.malformedModel, "elements of type \(data.type), the keys are \(keyType)")
        }
        return [Fact(values.dataType, data.dims)]
    }

    func run(_ run: NodeRun) throws(EngineError) {
        let source = run.tensor(0)
        let target = try run.target(0, of: self)
        let fallback = values.count - 1
        let found = (LabelKey.all(source) ?? []).map { places[$0] ?? fallback }
        TableCopy(tables: [found], run: 1).apply(from: values, to: target, in: run)
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] { [RowAxis.of(inputs, 0)] }
}

extension Node {
    /// The labels whose attribute begins with `name`, whatever their type, as a vector.
    ///
    /// Values have the default of their type behind them: `default_tensor` or the one named after the type.
    fileprivate func labels(_ name: String, default given: Tensor?) throws(EngineError) -> Tensor {
        let isValues = name == "values"
        if let strings = try strings("\(name)_strings") {
            let fallback = isValues ? [ByteString(try string("default_string", default: "_Unused"))] : []
            return Tensor(strings: strings + fallback, shape: Shape([strings.count + fallback.count]))
        }
        if let integers = try ints("\(name)_int64s") {
            let all = integers.map(Int64.init) + (isValues ? [Int64(try int("default_int64", default: -1))] : [])
            return Tensor(all, dataType: .int64, shape: Shape([all.count]))
        }
        if let floats = try floats("\(name)_floats") {
            let all = floats + (isValues ? [try float("default_float", default: -0.0)] : [])
            return Tensor(all, dataType: .float32, shape: Shape([all.count]))
        }
        guard let tensor = try tensor("\(name)_tensor") else { throw malformed("none of \(name)_… is given") }
        guard LabelKey.all(Tensor(dataType: tensor.dataType, shape: [0])) != nil else {
            throw unsupported("\(name)_tensor of type \(tensor.dataType)")
        }
        return isValues ? try withDefault(tensor, given) : tensor.reshaped(to: Shape([tensor.count]))
    }

    private func withDefault(_ values: Tensor, _ given: Tensor?) throws(EngineError) -> Tensor {
        guard given == nil || given?.dataType == values.dataType && given?.count == 1 else {
            throw malformed("default_tensor must be one \(values.dataType)")
        }
        let count = values.count
        let result = Tensor(dataType: values.dataType, shape: Shape([count + 1]))
        if values.dataType == .string {
            result.setStrings(values.strings + [given?.strings.first ?? "_Unused"])
            return result
        }
        let width = values.dataType.byteWidth
        result.mutableBytes.copyMemory(from: values.bytes, byteCount: count * width)
        let last = result.mutableBytes + count * width
        if let given {
            last.copyMemory(from: given.bytes, byteCount: width)
            return result
        }
        switch values.dataType {
        case .float32: last.storeBytes(of: -0.0, as: Float.self)
        case .float64: last.storeBytes(of: -0.0, as: Double.self)
        default: last.initializeMemory(as: UInt8.self, repeating: 0xFF, count: width)
        }
        return result
    }
}
