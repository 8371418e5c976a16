import Tensors

/// Makes of a map one row: the value of each word of a vocabulary, or nothing where the map has none.
struct DictVectorizer: Operation {
    var takesOnlyTensors: Bool { false }

    private let vocabulary: [LabelKey]

    static let entries = [OperatorEntry("DictVectorizer", domain: "ai.onnx.ml", make: DictVectorizer.init(node:))]

    init(node: Node) throws(EngineError) {
        let strings = try node.strings("string_vocabulary") ?? []
        let integers = try node.ints("int64_vocabulary") ?? []
        guard strings.isEmpty != integers.isEmpty else {
            throw node.malformed("exactly one of string_vocabulary and int64_vocabulary must be given")
        }
        vocabulary = strings.isEmpty ? integers.map(LabelKey.integer) : strings.map(LabelKey.text)
    }

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        guard let fact = inputs.first ?? nil, case .map(_, .tensor(let type)) = fact.type else {
            throw EngineError(.malformedModel, "the input must be a map to tensors")
        }
        return [Fact(type, [1, .known(vocabulary.count)])]
    }

    func run(_ run: NodeRun) throws(EngineError) {
        guard case .map(let entries, .map(_, .tensor(let type)))? = run.value(0) else {
            throw EngineError(.invalidInput, "the input must be a map to tensors")
        }
        var values: [LabelKey: Tensor] = [:]
        for entry in entries {
            guard let key = entry.key.tensor, let found = LabelKey.all(key)?.first, let value = entry.value.tensor,
                value.count == 1, value.dataType == type
            else { throw EngineError(.invalidInput, "an entry of the map is not one \(type)") }
            values[found] = value
        }
        let target = try run.target(0, of: self)
        if type == .string {
            target.setStrings(vocabulary.map { values[$0]?.strings.first ?? "" })
            return
        }
        let width = type.byteWidth
        let output = target.mutableBytes
        output.initializeMemory(as: UInt8.self, repeating: 0, count: target.byteCount)
        for (place, word) in vocabulary.enumerated() {
            if let value = values[word] { (output + place * width).copyMemory(from: value.bytes, byteCount: width) }
        }
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] {
        if case .axis = RowAxis.of(inputs, 0) { return [.mixed("a map is one row")] }
        return [RowAxis.of(inputs, 0)]
    }
}
