/// A type as the format writes it. Element types are numbers of `TensorProto.DataType`.
public indirect enum ONNXType: Sendable, Hashable {
    case tensor(element: Int32, dims: [ONNXDim]?)
    case sparseTensor(element: Int32, dims: [ONNXDim]?)
    case sequence(ONNXType)
    case optional(ONNXType)
    case map(key: Int32, value: ONNXType)
}

public enum ONNXDim: Sendable, Hashable {
    case value(Int64)
    case parameter(String)
    case unknown
}
