internal import GRPC
internal import JSON
internal import Messages
internal import Serving
internal import Tensors

/// Reads the body of an inference request: a JSON object, and the tensors that it says stand as bytes behind it.
struct KServeBody {
    /// How the outputs are wanted, parallel to the request's list of outputs; empty when all are wanted.
    private(set) var wishes: [OutputWish] = []
    /// What holds for outputs that say nothing.
    private(set) var isBinary = false
    private let request: InferenceRequest
    private let extensions: KServeExtensions
    private let json: UnsafeRawBufferPointer
    private let binary: UnsafeRawBufferPointer
    private var binaryUsed = 0
    private var pending: [Pending] = []

    /// An input whose elements are looked for once all has been said about it.
    private struct Pending {
        var name = ""
        var datatype: String?
        var dims: Dims?
        /// Where its `data` stands in the JSON.
        var data: Int?
        var binaryBytes: Int?
        var memory: SharedMemoryPlace?
    }

    /// Reads `body` into `request`, whose tensors may be views of it: it must be kept as the request's owner.
    init(_ body: MessageBuffer, jsonBytes: Int, into request: InferenceRequest, _ extensions: KServeExtensions) throws(WebFailure) {
        guard jsonBytes >= 0, jsonBytes <= body.count else {
            throw WebFailure(400, "Inference-Header-Content-Length is \(jsonBytes), but the body has \(body.count) bytes")
        }
        self.request = request
        self.extensions = extensions
        request.owner = body
        json = UnsafeRawBufferPointer(rebasing: body.bytes[..<jsonBytes])
        binary = UnsafeRawBufferPointer(rebasing: body.bytes[jsonBytes...])
        do throws(JSONError) { try readMembers() } catch { throw WebFailure(error) }
        for input in pending { request.inputs.append(try resolve(input)) }
        guard binaryUsed == binary.count else {
            throw WebFailure(400, "the inputs take \(binaryUsed) bytes behind the JSON, but there are \(binary.count)")
        }
        if isBinary { for index in wishes.indices where !saidBinary[index] { wishes[index].isBinary = true } }
    }

    private var saidBinary: [Bool] = []

    private mutating func readMembers() throws(JSONError) {
        var reader = JSONReader(json)
        var hasInputs = false
        try reader.beginObject()
        while let key = try reader.nextKey() {
            switch key {
            case "id": request.id = Name(try reader.string())
            case "parameters":
                let place = reader.mark()
                try readParameters(try reader.document(), at: place)
            case "inputs":
                hasInputs = true
                try reader.beginArray()
                while try reader.nextElement() { try readInput(&reader) }
            case "outputs":
                try reader.beginArray()
                while try reader.nextElement() { try readOutput(&reader) }
            default: try reader.skip()
            }
        }
        try reader.end()
        guard hasInputs else { throw JSONError("the request has no 'inputs'", at: json.count) }
    }

    private mutating func readParameters(_ document: JSONDocument, at place: Int) throws(JSONError) {
        guard case .object(let members) = document else { throw JSONError("'parameters' must be an object", at: place) }
        var parameters = JSONParameters(of: request)
        for (name, value) in members { try parameters.set(name, value, at: place) }
        isBinary = parameters.isBinary
    }

    private mutating func readInput(_ reader: inout JSONReader) throws(JSONError) {
        var input = Pending()
        try reader.beginObject()
        while let key = try reader.nextKey() {
            switch key {
            case "name": input.name = try reader.string()
            case "datatype": input.datatype = try reader.string()
            case "shape":
                var dims = Dims()
                try reader.beginArray()
                while try reader.nextElement() {
                    let place = reader.mark()
                    guard let extent: Int = try reader.number().integer() else {
                        throw JSONError("an extent must be a whole number", at: place)
                    }
                    dims.append(extent)
                }
                input.dims = dims
            case "parameters":
                let place = reader.mark()
                let document = try reader.document()
                if let size = document["binary_data_size"] {
                    input.binaryBytes = Int(clamping: try JSONParameters.whole("binary_data_size", size, place))
                }
                input.memory = try Self.memory(document, tensor: input.name, at: place)
            case "data":
                input.data = reader.mark()
                try reader.skip()
            default: try reader.skip()
            }
        }
        guard pending.count < Self.maxTensors else { throw JSONError("there are more than \(Self.maxTensors) inputs", at: reader.position) }
        pending.append(input)
    }

    private mutating func readOutput(_ reader: inout JSONReader) throws(JSONError) {
        var name = ""
        var wish = OutputWish()
        var saysBinary = false
        try reader.beginObject()
        while let key = try reader.nextKey() {
            switch key {
            case "name": name = try reader.string()
            case "parameters":
                let place = reader.mark()
                let document = try reader.document()
                if let classes = document["classification"] {
                    wish.classCount = Int(clamping: try JSONParameters.whole("classification", classes, place))
                }
                if let binary = document["binary_data"] {
                    guard case .bool(let flag) = binary else { throw JSONError("'binary_data' must be true or false", at: place) }
                    wish.isBinary = flag
                    saysBinary = true
                }
                wish.memory = try Self.memory(document, tensor: name, at: place)
            default: try reader.skip()
            }
        }
        guard wishes.count < Self.maxTensors else {
            throw JSONError("more than \(Self.maxTensors) outputs are asked for", at: reader.position)
        }
        request.requestedOutputs.append(Name(name))
        wishes.append(wish)
        saidBinary.append(saysBinary)
    }

    /// Inputs, and outputs, that one request may name: each takes many times the memory of its text. Beyond: 400.
    private static let maxTensors = 4096

    private static func memory(_ parameters: JSONDocument, tensor: String, at place: Int) throws(JSONError) -> SharedMemoryPlace? {
        guard let region = parameters["shared_memory_region"] else { return nil }
        guard case .string(let region) = region else { throw JSONError("'shared_memory_region' must be a string", at: place) }
        let offset = try parameters["shared_memory_offset"].map { value throws(JSONError) in try JSONParameters.whole("shared_memory_offset", value, place)
        }
        let byteCount = try parameters["shared_memory_byte_size"].map { value throws(JSONError) in
            try JSONParameters.whole("shared_memory_byte_size", value, place)
        }
        do throws(ServingError) {
            return try SharedMemoryPlace(region: region, offset: offset, byteCount: byteCount, tensor: tensor)
        } catch {
            throw JSONError(error.message, at: place)
        }
    }

    private mutating func resolve(_ input: Pending) throws(WebFailure) -> InputTensor {
        guard let datatype = input.datatype else { throw WebFailure(400, "input '\(input.name)' has no 'datatype'") }
        guard let known = InferDatatype(datatype) else {
            throw WebFailure(400, "input '\(input.name)' has the unknown datatype '\(datatype)'")
        }
        guard let dims = input.dims else { throw WebFailure(400, "input '\(input.name)' has no 'shape'") }
        let dataType = DataType(known)
        let name = Name(input.name)
        if let memory = input.memory {
            return try KServeREST.asking { () throws(ServingError) in try extensions.input(name, dataType, dims, at: memory) }
        }
        if let count = input.binaryBytes {
            guard count <= binary.count - binaryUsed else {
                throw WebFailure(
                    400,
                    "input '\(input.name)' has 'binary_data_size' \(count), but only \(binary.count - binaryUsed) bytes are left behind the JSON"
                )
            }
            let bytes = UnsafeRawBufferPointer(rebasing: binary[binaryUsed..<binaryUsed + count])
            binaryUsed += count
            return try KServeREST.asking { () throws(ServingError) in try InputTensor(name: name, dataType, dims, raw: bytes) }
        }
        guard let place = input.data else { throw WebFailure(400, "input '\(input.name)' has neither 'data' nor 'binary_data_size'") }
        var elements = ElementBuffer(dataType)
        var reader = JSONReader(json).at(place)
        do throws(JSONError) { try elements.appendAll(&reader) } catch {
            throw WebFailure(400, "input '\(input.name)': \(error)")
        }
        guard let expected = dims.checkedCount, expected == elements.count else {
            let takes = dims.checkedCount.map { "takes \($0)" } ?? "is impossible"
            throw WebFailure(400, "input '\(input.name)' got \(elements.count) elements, but its shape \(dims) \(takes)")
        }
        return InputTensor(name: name, dataType: dataType, dims: dims, contents: .tensor(elements.tensor(Shape([elements.count]))))
    }
}
