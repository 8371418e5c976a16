internal import Client
internal import Messages
public import Tensors

/// What a request carries: values given by hand, or made to fit the model's signature.
public struct RequestInputs: Sendable {
    public enum Fill: String, Sendable, CaseIterable {
        /// Numbers from 0 to 1, integers 0 or 1, short words.
        case random
        case zero
    }

    public var fill = Fill.random
    public var seed: UInt64 = 1
    /// What the first open axis becomes.
    public var batch: Int64 = 1
    /// Shapes for inputs with further open axes.
    public var shapes: [String: [Int64]] = [:]
    /// "NAME=@file.npy", "NAME=@file.json" or "NAME=JSON".
    public var given: [String] = []

    public init() {}

    /// The tensors for a signature, in its order.
    /// - Throws: `LoadError` that names the input and what is wrong with it.
    public func tensors(for signature: ModelSignature) throws(LoadError) -> [(name: String, tensor: Tensor)] {
        var sources: [String: String] = [:]
        for text in given {
            let (name, source) = try Self.split(text)
            guard signature.inputs.contains(where: { $0.name == name }) else {
                throw LoadError(
                    "the model has no input '\(name)'; it has \(signature.inputs.map { "'\($0.name)'" }.joined(separator: ", "))")
            }
            sources[name] = source
        }
        for name in shapes.keys where !signature.inputs.contains(where: { $0.name == name }) {
            throw LoadError("a shape is given for '\(name)', which is no input of the model")
        }
        var random = SeededRandom(seed: seed)
        var tensors: [(name: String, tensor: Tensor)] = []
        for port in signature.inputs {
            if let source = sources[port.name] {
                tensors.append((port.name, try Self.read(source, as: port)))
            } else {
                tensors.append((port.name, try make(port, &random)))
            }
        }
        return tensors
    }

    /// A name and where its value is.
    static func split(_ text: String) throws(LoadError) -> (name: String, source: String) {
        guard let equals = text.firstIndex(of: "="), equals != text.startIndex else {
            throw LoadError("'\(text)' is not NAME=@file.npy, NAME=@file.json or NAME=JSON")
        }
        return (String(text[..<equals]), String(text[text.index(after: equals)...]))
    }

    private func make(_ port: ModelSignature.Port, _ random: inout SeededRandom) throws(LoadError) -> Tensor {
        var dims: [Int64] = []
        if let wanted = shapes[port.name] {
            guard wanted.count == port.shape.count, zip(wanted, port.shape).allSatisfy({ $1 < 0 || $0 == $1 }) else {
                throw LoadError("the shape \(wanted) does not fit input '\(port.name)', which is \(port.shape)")
            }
            dims = wanted
        } else {
            var isFirst = true
            for size in port.shape {
                dims.append(size < 0 ? (isFirst ? batch : 1) : size)
                if size < 0 { isFirst = false }
            }
        }
        guard let shape = Shape(checking: dims.map { Int($0) }), let dataType = DataType(kserveName: "\(port.datatype.name)") else {
            throw LoadError("input '\(port.name)' has an impossible shape \(dims)")
        }
        if dataType == .string {
            let words = (0..<shape.count).map { _ in ByteString(fill == .zero ? "" : "w\(random.next() % 10_000)") }
            return Tensor(strings: words, shape: shape)
        }
        let tensor = Tensor(dataType: dataType, shape: shape)
        let bytes = UnsafeMutableRawBufferPointer(start: tensor.mutableBytes, count: tensor.byteCount)
        bytes.initializeMemory(as: UInt8.self, repeating: 0)
        guard fill == .random else { return tensor }
        for index in 0..<shape.count {
            switch port.datatype {
            case .fp32: tensor.mutablePointer(as: Float.self)[index] = Float(random.unit())
            case .fp64: tensor.mutablePointer(as: Double.self)[index] = random.unit()
            case .fp16, .bf16:
                let bits = Float(random.unit()).bitPattern
                let value = port.datatype == .bf16 ? UInt16(bits >> 16) : Float16(Float(bitPattern: bits)).bitPattern
                tensor.mutablePointer(as: UInt16.self)[index] = value
            default: bytes[index * dataType.byteWidth] = UInt8(random.next() & 1)
            }
        }
        return tensor
    }

    private static func read(_ source: String, as port: ModelSignature.Port) throws(LoadError) -> Tensor {
        let place = "input '\(port.name)'"
        guard let dataType = DataType(kserveName: "\(port.datatype.name)") else {
            throw LoadError("\(place) has a datatype that cannot be sent")
        }
        do {
            let tensor: Tensor
            if source.hasPrefix("@"), source.hasSuffix(".npy") {
                tensor = try Npy.decode(try LocalFile.read(String(source.dropFirst())))
                guard tensor.dataType == dataType else { throw LoadError("\(source.dropFirst()) holds \(tensor.dataType.kserveName)") }
            } else {
                let text = source.hasPrefix("@") ? try LocalFile.read(String(source.dropFirst())) : Array(source.utf8)
                tensor = try Tensor(json: try JSONValue(parsing: text), dataType: dataType)
            }
            let dims = tensor.shape.dims
            guard dims.count == port.shape.count, zip(dims, port.shape).allSatisfy({ $1 < 0 || Int64($0) == $1 }) else {
                throw LoadError("shape \(dims) does not fit \(port.shape)")
            }
            return tensor
        } catch {
            throw LoadError("\(place): \(error)")
        }
    }
}
