public import Tensors

/// The value of a node's attribute.
public enum Attribute: Sendable {
    case int(Int)
    case float(Float)
    case string(ByteString)
    case tensor(Tensor)
    case graph(Graph)
    case type(ValueType, dims: [Dim]?)
    case ints([Int])
    case floats([Float])
    case strings([ByteString])
    case tensors([Tensor])
    case graphs([Graph])
    /// An operation made by other means than reading attributes; no ONNX file can name one.
    case operation(any Operation)
}
