internal import Messages
internal import Serving
internal import Tensors

extension InferenceRequest {
    /// The message of a ModelInfer that asks the same, whatever protocol the request came in. Tensors are copied, those in shared memory
    /// too; a version that was named by a label is left out, for which the message has no word.
    func inferMessage() -> [UInt8] {
        var writer = ModelInferWriter(.request)
        var stated = ""
        if case .number(let number) = statedVersion ?? version { stated = String(number) }
        // Copies: a name that is a string of its own has no bytes that stay where they are.
        writer.begin(model: model.string, version: stated, id: id.string)
        writeParameters(to: &writer)
        var strings = WireBuffer()
        var ranges: [Range<Int>] = []
        for input in inputs {
            writer.tensor(
                input.name.string, datatype: InferDatatype(input.dataType).name, shape: (0..<input.dims.count).map { Int64(input.dims[$0]) })
            let start = strings.count
            if case .tensor(let tensor) = input.contents, tensor.dataType == .string { strings.append(raw: tensor.strings[...]) }
            ranges.append(start..<strings.count)
        }
        for output in requestedOutputs { writer.requestedOutput(output.string) }
        // All strings are written before the first is referred to: their memory must not move.
        for (input, range) in zip(inputs, ranges) {
            switch input.contents {
            case .bytes(let bytes): writer.rawContents(bytes)
            case .tensor(let tensor) where tensor.dataType == .string:
                writer.rawContents(UnsafeRawBufferPointer(rebasing: strings.bytes[range]))
            case .tensor(let tensor): writer.rawContents(UnsafeRawBufferPointer(start: tensor.bytes, count: tensor.byteCount))
            }
        }
        writer.finish()
        return writer.joined()
    }

    private func writeParameters(to writer: inout ModelInferWriter) {
        if priority > 0 { writer.parameter(StaticString("priority"), .uint64(UInt64(priority))) }
        if let queueTimeoutNanos { writer.parameter(StaticString("timeout"), .int64(queueTimeoutNanos / 1000)) }
        if let sequence {
            switch sequence.identifier {
            case .number(let number): writer.parameter(StaticString("sequence_id"), .uint64(number))
            case .text(let text): writer.parameter(StaticString("sequence_id"), text: text)
            }
            if sequence.isStart { writer.parameter(StaticString("sequence_start"), .bool(true)) }
            if sequence.isEnd { writer.parameter(StaticString("sequence_end"), .bool(true)) }
        }
        for parameter in parameters {
            switch parameter.value {
            case .bool(let value): writer.parameter(parameter.name, .bool(value))
            case .int(let value): writer.parameter(parameter.name, .int64(value))
            case .uint(let value): writer.parameter(parameter.name, .uint64(value))
            case .double(let value): writer.parameter(parameter.name, .double(value))
            case .string(let value): writer.parameter(parameter.name, text: value)
            }
        }
    }
}

extension InputTensor {
    /// What the tensor takes in a record, roughly.
    var recordedBytes: Int {
        switch contents {
        case .bytes(let bytes): bytes.count
        case .tensor(let tensor):
            tensor.dataType == .string ? tensor.strings.reduce(0) { $0 &+ $1.bytes.count &+ 4 } : tensor.byteCount
        }
    }
}
