import Tensors

/// Replaces each element by a vector that is 1 at the place of its category and 0 elsewhere.
struct OneHotEncoder: Operation {
    private let places: [LabelKey: Int]
    private let count: Int
    private let hasStrings: Bool
    /// Elements of no category become zeros; otherwise they are refused.
    private let allowsUnknown: Bool

    static let entries = [OperatorEntry("OneHotEncoder", domain: "ai.onnx.ml", make: OneHotEncoder.init(node:))]

    init(node: Node) throws(EngineError) {
        let strings = try node.strings("cats_strings") ?? []
        let integers = try node.ints("cats_int64s") ?? []
        guard strings.isEmpty != integers.isEmpty else {
            throw node.malformed("exactly one of cats_strings and cats_int64s must be given")
        }
        hasStrings = !strings.isEmpty
        let keys: [LabelKey] = hasStrings ? strings.map(LabelKey.text) : integers.map(LabelKey.integer)
        places = Dictionary(keys.enumerated().map { ($1, $0) }) { _, last in last }
        count = keys.count
        allowsUnknown = try node.bool("zeros", default: true)
    }

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let data = try inputs.tensorFact(0)
        let fits = hasStrings ? data.dataType == .string : [.int64, .int32, .float32, .float64].contains(data.elementType)
        guard fits else { throw EngineError(.malformedModel, "elements of type \(data.type) do not fit the categories") }
        return [Fact(.float32, data.dims.map { $0 + [.known(count)] })]
    }

    func run(_ run: NodeRun) throws(EngineError) {
        let source = run.tensor(0)
        let target = try run.target(0, of: self)
        let output = target.mutablePointer(as: Float.self)
        output.update(repeating: 0, count: target.count)
        let numbers = WholeNumbers(source)
        for index in 0..<source.count {
            let key: LabelKey? = hasStrings ? .text(source.strings[index]) : numbers[index].map(LabelKey.integer)
            if let key, let place = places[key] {
                output[index * count + place] = 1
            } else if !allowsUnknown {
                throw EngineError(.invalidInput, "element \(index) belongs to no category")
            }
        }
        withExtendedLifetime((source, target)) {}
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] { [RowAxis.of(inputs, 0)] }
}
