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
        try TokenRows.check(inputs[0])
        return Array(repeating: TensorFacts(.int64, [inputs[0].dims?.first ?? -1, -1]), count: 3)
    }

    func run(_ inputs: [Tensor]) throws(ServingError) -> [Tensor] {
        var rows: [[Int64]] = []
        for text in try TokenRows.texts(inputs[0]) { rows.append(try tokenizer.encode(text)) }
        let (ids, mask) = try TokenRows.tensors(rows, padding: tokenizer.padding)
        return [ids, mask, Tensor(zerosOf: .int64, shape: ids.shape)]
    }
}
