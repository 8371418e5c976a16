internal import Tensors

/// The words for numbers: `labels: [cat, dog]`; `unknown` for a number outside the list, which is an error without it.
struct LabelStep: BuiltinStep {
    static let name = "label"
    let labels: [ByteString]
    let unknown: ByteString?

    init(_ options: inout StepOptions, inputs: [String]) throws(ServingError) {
        guard let labels = try options.texts("labels"), !labels.isEmpty else { throw options.fault("labels", "a list of texts") }
        self.labels = labels.map { ByteString($0) }
        unknown = try options.text("unknown").map { ByteString($0) }
    }

    func facts(of inputs: [TensorFacts]) throws(ServingError) -> [TensorFacts] {
        guard inputs[0].dataType.isInteger || inputs[0].dataType == .bool else {
            throw ServingError(.invalidArgument, "it is \(inputs[0]); labels are for whole numbers and truth values")
        }
        return [TensorFacts(.string, inputs[0].dims)]
    }

    func run(_ inputs: [Tensor]) throws(ServingError) -> [Tensor] {
        let x = inputs[0]
        var strings: [ByteString] = []
        strings.reserveCapacity(x.count)
        for index in 0..<x.count {
            let value = x.number(index)
            if value >= 0, value < Double(labels.count) {
                strings.append(labels[Int(value)])
            } else {
                guard let unknown else {
                    throw ServingError(
                        .failedPrecondition, "there is no label for \(Int64(saturating: value)), only \(labels.count) labels")
                }
                strings.append(unknown)
            }
        }
        return [Tensor(strings: strings, shape: x.shape)]
    }
}

/// Changes texts: `do: [trim, lower]` out of `trim`, `lower`, `upper` and `squeeze` (runs of white space become one blank), then
/// `replace: X` `by: Y`, then `prefix` and `suffix`. Letters outside ASCII keep their case unless they are well-formed UTF-8.
struct TextStep: BuiltinStep {
    static let name = "text"
    let actions: [String]
    let replaced: [UInt8]
    let replacement: [UInt8]
    let prefix: [UInt8]
    let suffix: [UInt8]

    init(_ options: inout StepOptions, inputs: [String]) throws(ServingError) {
        actions = try options.texts("do") ?? []
        for action in actions where !["trim", "lower", "upper", "squeeze"].contains(action) {
            throw options.fault("do", "a list of trim, lower, upper and squeeze")
        }
        replaced = Array((try options.text("replace") ?? "").utf8)
        replacement = Array((try options.text("by") ?? "").utf8)
        prefix = Array((try options.text("prefix") ?? "").utf8)
        suffix = Array((try options.text("suffix") ?? "").utf8)
    }

    func facts(of inputs: [TensorFacts]) throws(ServingError) -> [TensorFacts] {
        try inputs[0].requireText()
        return inputs
    }

    func run(_ inputs: [Tensor]) throws(ServingError) -> [Tensor] {
        let x = inputs[0]
        return [Tensor(strings: x.strings.map { ByteString(bytes: change($0.bytes)) }, shape: x.shape)]
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (byte >= 0x09 && byte <= 0x0D) }

    private func change(_ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        for action in actions {
            switch action {
            case "trim":
                let start = bytes.firstIndex { !Self.isBlank($0) } ?? bytes.count
                let end = bytes.lastIndex { !Self.isBlank($0) }.map { $0 + 1 } ?? start
                bytes = Array(bytes[start..<end])
            case "squeeze":
                var result: [UInt8] = []
                for byte in bytes {
                    if Self.isBlank(byte) {
                        if result.last != 0x20 { result.append(0x20) }
                    } else {
                        result.append(byte)
                    }
                }
                bytes = result
            default:
                if let text = String(validating: bytes, as: UTF8.self) {
                    bytes = Array((action == "lower" ? text.lowercased() : text.uppercased()).utf8)
                }
            }
        }
        if !replaced.isEmpty { bytes = substitute(bytes) }
        return prefix + bytes + suffix
    }

    private func substitute(_ bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var place = 0
        while place < bytes.count {
            if bytes[place...].starts(with: replaced) {
                result += replacement
                place += replaced.count
            } else {
                result.append(bytes[place])
                place += 1
            }
        }
        return result
    }
}

/// Joins the texts of several tensors, element by element: `separator: " "`, in the order of the input names.
struct JoinStep: BuiltinStep {
    static let name = "join"
    static let inputNames: [String]? = nil
    let separator: [UInt8]

    init(_ options: inout StepOptions, inputs: [String]) throws(ServingError) {
        separator = Array((try options.text("separator") ?? " ").utf8)
    }

    func facts(of inputs: [TensorFacts]) throws(ServingError) -> [TensorFacts] {
        var result = inputs[0]
        try result.requireText()
        for other in inputs.dropFirst() {
            guard result.fits(other) else { throw ServingError(.invalidArgument, "it joins \(result) and \(other)") }
            result = result.narrowed(by: other)
        }
        return [result]
    }

    func run(_ inputs: [Tensor]) throws(ServingError) -> [Tensor] {
        for other in inputs where other.shape != inputs[0].shape {
            throw ServingError(.invalidArgument, "texts of shapes \(inputs[0].shape) and \(other.shape) cannot be joined")
        }
        let texts = inputs.map(\.strings)
        return [
            Tensor(
                strings: (0..<inputs[0].count).map { place in
                    ByteString(bytes: Array(texts.map { $0[place].bytes }.joined(separator: separator)))
                },
                shape: inputs[0].shape)
        ]
    }
}

/// Bytes of each text.
struct LengthStep: BuiltinStep {
    static let name = "length"

    init(_ options: inout StepOptions, inputs: [String]) throws(ServingError) {}

    func facts(of inputs: [TensorFacts]) throws(ServingError) -> [TensorFacts] {
        try inputs[0].requireText()
        return [TensorFacts(.int64, inputs[0].dims)]
    }

    func run(_ inputs: [Tensor]) throws(ServingError) -> [Tensor] {
        [Tensor(inputs[0].strings.map { Int64($0.bytes.count) }, dataType: .int64, shape: inputs[0].shape)]
    }
}

/// Whether each text has another in it: `text: "refund"`.
struct ContainsStep: BuiltinStep {
    static let name = "contains"
    let wanted: [UInt8]

    init(_ options: inout StepOptions, inputs: [String]) throws(ServingError) {
        guard let text = try options.text("text"), !text.isEmpty else { throw options.fault("text", "given") }
        wanted = Array(text.utf8)
    }

    func facts(of inputs: [TensorFacts]) throws(ServingError) -> [TensorFacts] {
        try inputs[0].requireText()
        return [TensorFacts(.bool, inputs[0].dims)]
    }

    func run(_ inputs: [Tensor]) throws(ServingError) -> [Tensor] {
        let found: [UInt8] = inputs[0].strings.map { $0.bytes.firstRange(of: wanted) == nil ? 0 : 1 }
        return [Tensor(found, dataType: .bool, shape: inputs[0].shape)]
    }
}
