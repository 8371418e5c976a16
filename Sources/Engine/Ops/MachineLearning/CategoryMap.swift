import Tensors

/// Turns category names into numbers, or numbers into names: which way depends on the type of the input.
struct CategoryMap: Operation {
    private let numbers: [ByteString: Int]
    private let names: [Int: ByteString]
    private let defaultNumber: Int
    private let defaultName: ByteString

    static let entries = [
        OperatorEntry("CategoryMapper", domain: "ai.onnx.ml") { node throws(EngineError) in
            try CategoryMap(node: node, strings: "cats_strings", integers: "cats_int64s")
        }
    ]

    /// - Parameter integers: the attribute of the numbers; nil when names are numbered as they come.
    init(node: Node, strings: String, integers: String?) throws(EngineError) {
        let names = try node.required(strings, node.strings(strings))
        let numbers = if let integers { try node.required(integers, node.ints(integers)) } else { Array(names.indices) }
        guard names.count == numbers.count else {
            throw node.malformed("\(names.count) names for \(numbers.count) numbers")
        }
        self.numbers = Dictionary(zip(names, numbers)) { _, last in last }
        self.names = Dictionary(zip(numbers, names)) { _, last in last }
        defaultNumber = try node.int("default_int64", default: -1)
        defaultName = ByteString(try node.string("default_string", default: "_Unused"))
    }

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let data = try inputs.tensorFact(0)
        switch data.dataType {
        case .string: return [Fact(.int64, data.dims)]
        case .int64: return [Fact(.string, data.dims)]
        default: throw EngineError(.malformedModel, "categories of type \(data.type), expected string or int64")
        }
    }

    func run(_ run: NodeRun) throws(EngineError) {
        let source = run.tensor(0)
        let target = try run.target(0, of: self)
        if source.dataType == .string {
            let output = target.mutablePointer(as: Int64.self)
            for (index, name) in source.strings.enumerated() { output[index] = Int64(numbers[name] ?? defaultNumber) }
            withExtendedLifetime(target) {}
        } else {
            target.setStrings((source.integers ?? []).map { names[$0] ?? defaultName })
        }
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] { [RowAxis.of(inputs, 0)] }
}
