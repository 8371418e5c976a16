import Tensors

/// Cuts each string at a delimiter, or at runs of white space, along a new last axis filled up with empty strings.
struct StringSplit: Operation {
    /// Empty for white space.
    private let delimiter: [UInt8]
    private let limit: Int

    static let entries = [OperatorEntry("StringSplit", make: StringSplit.init(node:))]

    var outputCount: Int { 2 }

    init(node: Node) throws(EngineError) {
        delimiter = Array(try node.string("delimiter", default: "").utf8)
        let given = try node.int("maxsplit") ?? -1
        limit = given < 0 ? .max : given
    }

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let data = try inputs.tensorFact(0)
        guard data.dataType == .string else { throw EngineError(.malformedModel, "the input must be strings, not \(data.type)") }
        return [Fact(.string, data.dims.map { $0 + [.unknown] }), Fact(.int64, data.dims)]
    }

    func run(_ run: NodeRun) throws(EngineError) {
        let source = run.tensor(0)
        let parts = source.strings.map { delimiter.isEmpty ? words($0.bytes) : fields($0.bytes) }
        let width = parts.reduce(0) { max($0, $1.count) }
        guard let shape = Shape(checking: source.shape.dims + [width]) else {
            throw EngineError(.resourceExhausted, "\(source.shape) lists of \(width) strings do not fit an address space")
        }
        var texts: [ByteString] = []
        texts.reserveCapacity(shape.count)
        for list in parts {
            texts += list
            for _ in list.count..<width { texts.append("") }
        }
        run.allocate(0, dataType: .string, shape: shape).setStrings(texts)
        if run.isWanted(1) {
            let counts = run.output(1).mutablePointer(as: Int64.self)
            for (index, list) in parts.enumerated() { counts[index] = Int64(list.count) }
        }
    }

    private func fields(_ bytes: [UInt8]) -> [ByteString] {
        var fields: [ByteString] = []
        var start = 0
        var index = 0
        while index + delimiter.count <= bytes.count, fields.count < limit {
            if bytes[index] == delimiter[0], bytes[index..<index + delimiter.count].elementsEqual(delimiter) {
                fields.append(ByteString(bytes: Array(bytes[start..<index])))
                index += delimiter.count
                start = index
            } else {
                index += 1
            }
        }
        fields.append(ByteString(bytes: Array(bytes[start...])))
        return fields
    }

    private func words(_ bytes: [UInt8]) -> [ByteString] {
        let text = String(decoding: bytes, as: UTF8.self).unicodeScalars
        var words: [ByteString] = []
        var index = text.startIndex
        while true {
            while index < text.endIndex, Self.isSpace(text[index]) { index = text.index(after: index) }
            if index == text.endIndex { return words }
            if words.count == limit {
                words.append(ByteString(String(text[index...])))
                return words
            }
            let start = index
            while index < text.endIndex, !Self.isSpace(text[index]) { index = text.index(after: index) }
            words.append(ByteString(String(text[start..<index])))
        }
    }

    private static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isWhitespace || (0x1C...0x1F).contains(scalar.value)
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] {
        let state = RowAxis.of(inputs, 0)
        guard case .axis = state else { return [state, state] }
        return [.mixed("the longest list of the batch sets the extent for all rows"), state]
    }
}
