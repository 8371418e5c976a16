internal import Tensors

/// The likeliest text of every row: input [rows, places, symbols], outputs `text` and `scores` (the mean of the likeliest of the places kept).
/// `file`: a symbol a line, from number 1 on, for 0 is the blank; `space: true` adds a blank character behind the last.
struct CTCDecodeStep: BuiltinStep {
    static let name = "ctc_decode"
    let symbols: [[UInt8]]

    var outputNames: [String] { ["text", "scores"] }

    init(_ options: inout StepOptions, inputs: [String]) throws(ServingError) {
        let (name, content) = try options.file("file")
        var symbols = content.split(separator: 0x0A, omittingEmptySubsequences: false).map { line in
            Array(line.last == 0x0D ? line.dropLast() : line)
        }
        if symbols.last?.isEmpty == true { symbols.removeLast() }
        guard !symbols.isEmpty else { throw ServingError(.invalidArgument, "the file '\(name)' has no symbols") }
        if try options.flag("space") ?? false { symbols.append([0x20]) }
        self.symbols = symbols
    }

    func facts(of inputs: [TensorFacts]) throws(ServingError) -> [TensorFacts] {
        guard inputs[0].dataType == .float32, inputs[0].dims?.count ?? 3 == 3 else {
            throw ServingError(.invalidArgument, "it is \(inputs[0]), not FP32 [rows, places, symbols]")
        }
        if let count = inputs[0].dims?[2], count >= 0, count != symbols.count + 1 {
            throw ServingError(.invalidArgument, "it is \(inputs[0]), but there are \(symbols.count) symbols and the blank")
        }
        let rows = inputs[0].dims?[0] ?? -1
        return [TensorFacts(.string, [rows]), TensorFacts(.float32, [rows])]
    }

    func run(_ inputs: [Tensor]) throws(ServingError) -> [Tensor] {
        let x = inputs[0]
        guard x.shape.rank == 3, x.shape[2] == symbols.count + 1 else {
            throw ServingError(
                .failedPrecondition, "a tensor of shape \(x.shape) is not [rows, places, \(symbols.count + 1)]: \(symbols.count) symbols and the blank")
        }
        let (rows, places, width) = (x.shape[0], x.shape[1], x.shape[2])
        let values = x.pointer(as: Float.self)
        var texts: [ByteString] = []
        var scores: [Float] = []
        for row in 0..<rows {
            var text: [UInt8] = []
            var (sum, count, before) = (Float(0), 0, 0)
            for place in 0..<places {
                let start = values + (row * places + place) * width
                var best = 0
                for symbol in 1..<width where start[symbol] > start[best] { best = symbol }
                if best != 0, best != before {
                    text += symbols[best - 1]
                    sum += start[best]
                    count += 1
                }
                before = best
            }
            texts.append(ByteString(bytes: text))
            scores.append(count > 0 ? sum / Float(count) : 0)
        }
        return [Tensor(strings: texts, shape: Shape([rows])), Tensor(scores, dataType: .float32, shape: Shape([rows]))]
    }
}
