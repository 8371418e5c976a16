internal import Tensors

/// Where a cast finds the type to convert to.
enum CastTarget: Sendable, Hashable {
    case type(DataType)
    /// That of the second input.
    case secondInput
}

/// Converts every element to another type, text among them.
struct Cast: Operation {
    let node: Node
    let target: CastTarget
    let conversion: ElementConversion

    init(_ node: Node, target: CastTarget) throws(EngineError) {
        self.node = node
        self.target = target
        if case .type(let type) = target, !Self.types.contains(type) { throw node.unsupported("it does not convert to \(type)") }
        let rounding: Float8E8M0.Rounding
        switch try node.string("round_mode", default: "up") {
        case "up": rounding = .up
        case "down": rounding = .down
        case "nearest": rounding = .nearest
        case let other: throw node.malformed("attribute 'round_mode' is '\(other)', which is none of 'up', 'down', 'nearest'")
        }
        conversion = ElementConversion(saturate: try node.bool("saturate", default: true), exponentRounding: rounding)
    }

    private static let types = DataTypeSet.numeric.union(.string)

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let input = try node.operand(inputs, 0, of: Self.types)
        switch target {
        case .type(let type): return [Fact(type, input.dims)]
        case .secondInput: return [Fact(type: try node.operand(inputs, 1, of: Self.types).type, dims: input.dims)]
        }
    }

    func prepare(_ inputs: [Fact?]) throws(EngineError) -> (any Operation)? {
        guard let input = inputs.first, let type = try infer(inputs).first?.dataType else { return nil }
        return input?.dataType == type ? Identity() : nil
    }

    func run(_ run: NodeRun) throws(EngineError) {
        let input = run.tensor(0)
        let output = run.output(0)
        switch (input.dataType, output.dataType) {
        case (.string, .string): output.setStrings(input.strings)
        case (.string, _): try readText(input, output)
        case (_, .string): output.setStrings(try writeText(input))
        default:
            run.parallel(output.count, costPerPiece: 4) { range in
                conversion.convert(
                    input.bytes + range.lowerBound * input.dataType.byteWidth, input.dataType,
                    to: output.mutableBytes + range.lowerBound * output.dataType.byteWidth, output.dataType, count: range.count)
            }
        }
    }

    private func readText(_ input: Tensor, _ output: Tensor) throws(EngineError) {
        for (index, text) in input.strings.enumerated() {
            let isRead = NumberText.read(
                text, as: output.dataType, to: output.mutableBytes + index * output.dataType.byteWidth, conversion)
            guard isRead else {
                throw EngineError(.invalidInput, "element \(index), '\(text)', is not a number that fits \(output.dataType)", place: node.place)
            }
        }
    }

    private func writeText(_ input: Tensor) throws(EngineError) -> [ByteString] {
        guard let kind = input.dataType.computeKind else { throw node.unsupported("it does not write \(input.dataType) as text") }
        let count = input.count
        switch kind {
        case .float:
            var numbers = [Float](repeating: 0, count: count)
            conversion.convert(input.bytes, input.dataType, to: &numbers, .float32, count: count)
            return numbers.map(NumberText.write)
        case .double: return input.elements(as: Double.self).map(NumberText.write)
        case .signed:
            var numbers = [Int64](repeating: 0, count: count)
            conversion.convert(input.bytes, input.dataType, to: &numbers, .int64, count: count)
            return numbers.map { ByteString(String($0)) }
        case .unsigned:
            var numbers = [UInt64](repeating: 0, count: count)
            conversion.convert(input.bytes, input.dataType, to: &numbers, .uint64, count: count)
            return numbers.map { ByteString(String($0)) }
        }
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] { [inputs[0]] }
    var overwritableInputs: [Int] { [0] }

    static let all: [OperatorEntry] = [
        OperatorEntry("Cast", versions: 1...5) { node throws(EngineError) in
            // The first version named the type instead of numbering it.
            let name = try node.required("to", node.string("to"))
            guard let type = DataType(oldName: name) else { throw node.malformed("attribute 'to' names no element type: '\(name)'") }
            return try Cast(node, target: .type(type))
        },
        OperatorEntry("Cast", versions: 6...Int.max) { node throws(EngineError) in
            try Cast(node, target: .type(node.required("to", node.dataType("to"))))
        },
        OperatorEntry("CastLike", versions: 15...Int.max) { node throws(EngineError) in try Cast(node, target: .secondInput) },
    ]
}

extension DataType {
    fileprivate init?(oldName: String) {
        switch oldName {
        case "FLOAT": self = .float32
        case "FLOAT16": self = .float16
        case "DOUBLE": self = .float64
        default:
            guard let type = Self.allCases.first(where: { $0.description == oldName.lowercased() }) else { return nil }
            self = type
        }
    }
}
