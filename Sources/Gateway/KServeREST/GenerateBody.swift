internal import JSON
internal import Serving
internal import Tensors

/// The body of a `generate` request: an object whose members are inputs where the model has inputs of their names, and parameters
/// otherwise.
struct GenerateBody {
    private let request: InferenceRequest
    private let version: ModelVersion
    private var parameters: JSONParameters

    /// Reads `body` into `request`, whose inputs are those of `version`.
    init(_ body: UnsafeRawBufferPointer, into request: InferenceRequest, of version: ModelVersion) throws(WebFailure) {
        self.request = request
        self.version = version
        parameters = JSONParameters(of: request)
        do throws(JSONError) {
            var reader = JSONReader(body)
            try readMembers(&reader, isInner: false)
            try reader.end()
        } catch {
            throw WebFailure(error)
        }
    }

    private mutating func readMembers(_ reader: inout JSONReader, isInner: Bool) throws(JSONError) {
        try reader.beginObject()
        while let key = try reader.nextKey() {
            let place = reader.mark()
            if let port = version.signature.inputs.first(where: { $0.name == key }) {
                guard !request.inputs.contains(where: { $0.name == Name(key) }) else {
                    throw JSONError("the input '\(key)' is given twice", at: place)
                }
                request.inputs.append(try input(port, &reader))
            } else if key == "id", !isInner {
                request.id = Name(try reader.string())
            } else if key == "parameters", !isInner, try reader.peek() == .object {
                try readMembers(&reader, isInner: true)
            } else {
                switch try reader.peek() {
                case .string, .number, .bool: try parameters.set(key, try reader.document(), at: place)
                case let kind:
                    throw JSONError(
                        "model '\(version.model)' has no input '\(key)' (its inputs are \(version.signature.inputs.map(\.name).joined(separator: ", "))), and \(kind.name) is no parameter",
                        at: place)
                }
            }
        }
    }

    private func input(_ port: TensorSignature, _ reader: inout JSONReader) throws(JSONError) -> InputTensor {
        let place = reader.mark()
        var list = NestedList(port.dataType, options: [.base64])
        try list.append(&reader, depth: 0)
        let tensor = try list.tensor(at: place)
        guard let dims = Self.dims(of: tensor.shape, port) else {
            throw JSONError("input '\(port.name)': \(tensor.count) elements do not fill the shape \(Dims(port.dims ?? []))", at: place)
        }
        return InputTensor(name: Name(port.name), dataType: port.dataType, dims: dims, contents: .tensor(tensor))
    }

    /// Lists as deep as the input's shape say theirs. A flat one says only how many elements there are: the fixed extents take their share,
    /// the last open one the rest, and those before it are 1.
    private static func dims(of shape: Shape, _ port: TensorSignature) -> Dims? {
        guard let declared = port.dims, declared.count > shape.rank else { return Dims(shape.dims) }
        guard shape.rank <= 1 else { return Dims(Array(repeating: 1, count: declared.count - shape.rank) + shape.dims) }
        var left = shape.count
        var dims = declared
        for axis in dims.indices.reversed() where dims[axis] >= 0 {
            guard dims[axis] > 0, left % dims[axis] == 0 else { return nil }
            left /= dims[axis]
        }
        for axis in dims.indices.reversed() where dims[axis] < 0 {
            dims[axis] = left
            left = 1
        }
        return left == 1 ? Dims(dims) : nil
    }
}
