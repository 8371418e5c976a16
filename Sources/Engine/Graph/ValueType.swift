public import Tensors

/// The type of a value that flows along an edge of the graph.
public indirect enum ValueType: Sendable, Hashable {
    case tensor(DataType)
    case sequence(ValueType)
    case optional(ValueType)
    case map(key: DataType, value: ValueType)
}

extension ValueType: CustomStringConvertible {
    public var description: String {
        switch self {
        case .tensor(let dataType): "tensor(\(dataType))"
        case .sequence(let element): "sequence(\(element))"
        case .optional(let wrapped): "optional(\(wrapped))"
        case .map(let key, let value): "map(\(key),\(value))"
        }
    }
}
