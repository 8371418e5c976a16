internal import Tensors

/// Texts to word pieces: `file: tokenizer.json` beside the model's versions or in one, `max_length`. Outputs `ids`, `mask` and `types`, each with a
/// row for each text and as many places as the longest has.
struct WordPieceStep: BuiltinStep {
    static let name = "wordpiece"
    let tokenizer: WordPieceTokenizer

    var outputNames: [String] { ["ids", "mask", "types"] }
    var workPerElement: Int { 16 }

    init(_ options: inout StepOptions, inputs: [String]) throws(ServingError) {
        let (name, json) = try options.file("file")
        let length = try options.int("max_length", in: 1...65536)
        tokenizer = try WordPieceTokenizer(TokenizerFile.read(json, name: name), name: name, maxLength: length)
    }

    func facts(of inputs: [TensorFacts]) throws(ServingError) -> [TensorFacts] {
        try inputs[0].requireText()
        let rows = inputs[0].dims?.first ?? -1
        if let dims = inputs[0].dims, dims.isEmpty || dims.dropFirst().contains(where: { $0 > 1 }) {
            throw ServingError(.invalidArgument, "it is \(inputs[0]), and the step takes one text a row")
        }
        return Array(repeating: TensorFacts(.int64, [rows, -1]), count: 3)
    }

    func run(_ inputs: [Tensor]) throws(ServingError) -> [Tensor] {
        let x = inputs[0]
        guard x.shape.rank > 0, x.count == x.shape[0] else {
            throw ServingError(.invalidArgument, "a tensor of shape \(x.shape) has not one text a row")
        }
        var rows: [[Int64]] = []
        for text in x.strings { rows.append(try tokenizer.encode(text.string)) }
        let longest = rows.map(\.count).max() ?? 0
        guard let shape = Shape(checking: [rows.count, longest]) else { throw ServingError(.resourceExhausted, "the texts are too many") }
        var ids: [Int64] = []
        var mask: [Int64] = []
        for row in rows {
            ids += row + Array(repeating: tokenizer.padding, count: longest - row.count)
            mask += Array(repeating: 1, count: row.count) + Array(repeating: 0, count: longest - row.count)
        }
        return [
            Tensor(ids, dataType: .int64, shape: shape), Tensor(mask, dataType: .int64, shape: shape),
            Tensor(zerosOf: .int64, shape: shape),
        ]
    }
}
