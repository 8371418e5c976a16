public import Tensors

/// A value during a run. An optional that holds something is that something; an empty one is `none`.
public enum Value: Sendable {
    case tensor(Tensor)
    case sequence([Value], element: ValueType)
    case map([(key: Value, value: Value)], type: ValueType)
    case none(ValueType)

    @inlinable
    public var tensor: Tensor? {
        if case .tensor(let tensor) = self { tensor } else { nil }
    }
}
