/// The content of an ONNX file as plain values: decoded, not interpreted.
public struct ONNXModel: Sendable {
    public var irVersion: Int64 = 0
    public var producerName = ""
    public var producerVersion = ""
    public var domain = ""
    public var modelVersion: Int64 = 0
    public var docString = ""
    public var opsetImports: [ONNXOpset] = []
    public var metadata: [ONNXEntry] = []
    public var graph = ONNXGraph()
    public var functions: [ONNXFunction] = []
}

public struct ONNXOpset: Sendable, Hashable {
    public var domain: String
    public var version: Int64
}

public struct ONNXEntry: Sendable, Hashable {
    public var key: String
    public var value: String
}

public struct ONNXGraph: Sendable {
    public var name = ""
    public var nodes: [ONNXNode] = []
    public var initializers: [ONNXTensor] = []
    public var sparseInitializers: [ONNXSparseTensor] = []
    public var inputs: [ONNXValueInfo] = []
    public var outputs: [ONNXValueInfo] = []
    public var valueInfos: [ONNXValueInfo] = []
}

public struct ONNXNode: Sendable {
    public var name = ""
    public var operatorName = ""
    public var domain = ""
    public var overload = ""
    public var inputs: [String] = []
    public var outputs: [String] = []
    public var attributes: [ONNXAttribute] = []
}

public struct ONNXAttribute: Sendable {
    public enum Value: Sendable {
        case float(Float)
        case int(Int64)
        case string([UInt8])
        case tensor(ONNXTensor)
        case sparseTensor(ONNXSparseTensor)
        case graph(ONNXGraph)
        case type(ONNXType)
        case floats([Float])
        case ints([Int64])
        case strings([[UInt8]])
        case tensors([ONNXTensor])
        case sparseTensors([ONNXSparseTensor])
        case graphs([ONNXGraph])
        case types([ONNXType])
        /// Within a function: the value of the function's own attribute of this name.
        case reference(String)
    }

    public var name: String
    public var value: Value
}

public struct ONNXTensor: Sendable {
    public enum Payload: Sendable {
        case none
        /// Little-endian elements, a row after the other.
        case raw(ONNXBytes)
        case floats([Float])
        case int32s([Int32])
        case int64s([Int64])
        case doubles([Double])
        case uint64s([UInt64])
        case strings([[UInt8]])
        /// Keys such as `location`, `offset` and `length` that say where in which other file the elements are.
        case external([ONNXEntry])
    }

    public var name = ""
    public var dims: [Int64] = []
    /// A number of the format's `TensorProto.DataType`.
    public var dataType: Int32 = 0
    public var payload: Payload = .none

    public init() {}
}

public struct ONNXSparseTensor: Sendable {
    public var values = ONNXTensor()
    public var indices = ONNXTensor()
    public var dims: [Int64] = []
}

public struct ONNXValueInfo: Sendable {
    public var name = ""
    public var type: ONNXType?
}

public struct ONNXFunction: Sendable {
    public var name = ""
    public var domain = ""
    public var overload = ""
    public var inputs: [String] = []
    public var outputs: [String] = []
    /// Attributes that a caller must give.
    public var requiredAttributes: [String] = []
    /// Attributes with the value they have when a caller leaves them out.
    public var defaultAttributes: [ONNXAttribute] = []
    public var nodes: [ONNXNode] = []
    public var opsetImports: [ONNXOpset] = []
}
