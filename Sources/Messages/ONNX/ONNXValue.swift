/// A value of a test data file.
public indirect enum ONNXValue: Sendable {
    case tensor(ONNXTensor)
    case sparseTensor(ONNXSparseTensor)
    case sequence([ONNXValue])
    case map(keys: ONNXTensor, values: ONNXValue)
    case none
}
