internal import JSON
internal import Serving
internal import Tensors

/// A question as bytes that say little about themselves: what they are follows from how they begin and from what the model takes.
///
/// A NumPy array and JSON are known by their look; anything else is the one string input of a model as it is, or the elements of its one
/// input of numbers. An axis for the batch that the caller left out is added, and left out of the answer again.
struct RawQuestion {
    private(set) var inputs: [InputTensor] = []
    /// The question came without an axis for the batch.
    private(set) var isSingle = false
    private let version: ModelVersion

    /// - Parameters:
    ///   - named: blocks of data by name; a name that is no input's stands for the only input.
    ///   - mediaType: what the caller says that the data is; empty for nothing.
    init(_ named: [(name: String, bytes: UnsafeRawBufferPointer)], mediaType: String = "", of version: ModelVersion) throws(ServingError) {
        self.version = version
        let ports = version.signature.inputs
        guard !named.isEmpty else { throw ServingError(.invalidArgument, "the request for model '\(version.model)' has no data") }
        for (name, bytes) in named {
            if let port = ports.first(where: { $0.name == name }) {
                inputs.append(try input(bytes, port, mediaType))
            } else if named.count == 1 {
                try readWhole(bytes, mediaType)
            } else {
                throw ServingError(
                    .invalidArgument,
                    "model '\(version.model)' has no input '\(name)'; its inputs are \(ports.map(\.name).joined(separator: ", "))")
            }
        }
    }

    /// Data for all of the model's inputs at once.
    private mutating func readWhole(_ bytes: UnsafeRawBufferPointer, _ mediaType: String) throws(ServingError) {
        let ports = version.signature.inputs
        if isJSON(bytes, mediaType), Self.first(of: bytes) == UInt8(ascii: "{") {
            do throws(JSONError) { try readObject(bytes) } catch { throw Self.fault(error) }
            return
        }
        guard ports.count == 1 else {
            throw ServingError(
                .invalidArgument,
                "model '\(version.model)' has the inputs \(ports.map(\.name).joined(separator: ", ")): the data must be a JSON object that has a value for each"
            )
        }
        inputs = [try input(bytes, ports[0], mediaType)]
    }

    private mutating func readObject(_ bytes: UnsafeRawBufferPointer) throws(JSONError) {
        var reader = JSONReader(bytes)
        var ahead = reader
        try ahead.beginObject()
        let key = try ahead.nextKey()
        let isInput = version.signature.inputs.contains { $0.name == key }
        if !isInput, key == "instances" || key == "inputs" || key == "data" {
            // A wrapper, as other servers' clients have it.
            if key == "instances" {
                inputs = try RowInputs(version: version).instances(&ahead).inputs
            } else if try ahead.peek() == .object {
                try readMembers(&ahead)
            } else {
                guard version.signature.inputs.count == 1 else {
                    throw JSONError(
                        "model '\(version.model)' has more than one input: an object with a value for each is expected", at: ahead.position)
                }
                inputs = [try value(&ahead, version.signature.inputs[0])]
            }
            guard try ahead.nextKey() == nil else { throw JSONError("nothing is expected beside '\(key ?? "")'", at: ahead.position) }
            return try ahead.end()
        }
        try readMembers(&reader)
        try reader.end()
    }

    private mutating func readMembers(_ reader: inout JSONReader) throws(JSONError) {
        try reader.beginObject()
        while let key = try reader.nextKey() {
            guard let port = version.signature.inputs.first(where: { $0.name == key }) else {
                throw JSONError(
                    "model '\(version.model)' has no input '\(key)'; its inputs are \(version.signature.inputs.map(\.name).joined(separator: ", "))",
                    at: reader.position)
            }
            do throws(JSONError) { inputs.append(try value(&reader, port)) } catch {
                throw JSONError("input '\(key)': \(error.message)", at: error.offset)
            }
        }
    }

    private mutating func value(_ reader: inout JSONReader, _ port: TensorSignature) throws(JSONError) -> InputTensor {
        let start = reader.mark()
        var list = NestedList(port.dataType, options: [.base64])
        try list.append(&reader, depth: 0)
        let tensor = try list.tensor(at: start)
        return InputTensor(
            name: Name(port.name), dataType: port.dataType, dims: widened(tensor.shape.dims, port), contents: .tensor(tensor))
    }

    /// The data of one input.
    private mutating func input(_ bytes: UnsafeRawBufferPointer, _ port: TensorSignature, _ mediaType: String) throws(ServingError)
        -> InputTensor
    {
        if NpyReader.isNpy(bytes), port.dataType != .string {
            let array = try NpyReader.read(bytes)
            return InputTensor(
                name: Name(port.name), dataType: array.dataType, dims: widened(array.dims, port), contents: .bytes(array.elements))
        }
        if isJSON(bytes, mediaType), port.dataType != .string || mediaType == "application/json" {
            do throws(JSONError) {
                var reader = JSONReader(bytes)
                let input = try value(&reader, port)
                try reader.end()
                return input
            } catch {
                throw Self.fault(error)
            }
        }
        if port.dataType == .string {
            let rank = max(1, port.dims?.count ?? 1)
            isSingle = true
            return InputTensor(
                name: Name(port.name), dataType: .string, dims: Dims(Array(repeating: 1, count: rank)),
                contents: .tensor(Tensor(strings: [ByteString(bytes: Array(bytes))], shape: [1])))
        }
        let count = bytes.count / max(1, port.dataType.byteWidth)
        guard count * port.dataType.byteWidth == bytes.count, let dims = OpenShape.fill(port.dims, count: count) else {
            throw ServingError(
                .invalidArgument,
                "input '\(port.name)': the data is no JSON and no NumPy array, and its \(bytes.count) bytes are no \(port.dataType) elements of shape \(Dims(port.dims ?? [-1]))"
            )
        }
        return InputTensor(name: Name(port.name), dataType: port.dataType, dims: Dims(dims), contents: .bytes(bytes))
    }

    /// The extents with those of the leading axes that the caller left out.
    private mutating func widened(_ dims: [Int], _ port: TensorSignature) -> Dims {
        let missing = max(0, (port.dims?.count ?? dims.count) - dims.count)
        if missing > 0 { isSingle = true }
        return Dims(Array(repeating: 1, count: missing) + dims)
    }

    private func isJSON(_ bytes: UnsafeRawBufferPointer, _ mediaType: String) -> Bool {
        if mediaType == "application/json" { return true }
        guard let first = Self.first(of: bytes) else { return false }
        switch first {
        case UInt8(ascii: "{"), UInt8(ascii: "["): return true
        // A lone number is text; four bytes that look like one could as well be a float.
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"): return mediaType.hasPrefix("text/")
        default: return false
        }
    }

    private static func first(of bytes: UnsafeRawBufferPointer) -> UInt8? {
        bytes.first { $0 != 0x20 && $0 != 0x0A && $0 != 0x0D && $0 != 0x09 }
    }

    private static func fault(_ error: JSONError) -> ServingError {
        ServingError(.invalidArgument, "failed to parse the request JSON: \(error)")
    }

    /// The answer as JSON: the value of the only output, or an object with a value for each.
    func answer(_ outputs: [OutputTensor]) -> JSONWriter {
        var json = JSONWriter()
        if outputs.count != 1 { json.beginObject() }
        for output in outputs {
            if outputs.count != 1 { json.key(output.name) }
            if isSingle, output.dims.count > 0, output.dims[0] == 1 {
                json.row(0, of: output, strings: .textOrBase64)
            } else {
                json.nested(output, strings: .textOrBase64)
            }
        }
        if outputs.count != 1 { json.endObject() }
        return json
    }
}
