package import Messages
package import Tensors

extension DataType {
    /// Nil for types that no model here takes.
    package init?(_ type: TFServing.DataType) {
        switch type {
        case .bool: self = .bool
        case .uint8, .quint8: self = .uint8
        case .uint16, .quint16: self = .uint16
        case .uint32: self = .uint32
        case .uint64: self = .uint64
        case .int8, .qint8: self = .int8
        case .int16, .qint16: self = .int16
        case .int32, .qint32: self = .int32
        case .int64: self = .int64
        case .half: self = .float16
        case .float: self = .float32
        case .double: self = .float64
        case .bfloat16: self = .bfloat16
        case .string: self = .string
        case .complex64: self = .complex64
        case .complex128: self = .complex128
        default: return nil
        }
    }
}

extension TFServing.DataType {
    /// TensorFlow's word for a type. Types that it has no word for are sent as the bytes they are.
    package init(_ type: DataType) {
        switch type {
        case .bool: self = .bool
        case .uint8: self = .uint8
        case .uint16: self = .uint16
        case .uint32: self = .uint32
        case .uint64: self = .uint64
        case .int8, .int4, .int2: self = .int8
        case .int16: self = .int16
        case .int32: self = .int32
        case .int64: self = .int64
        case .float16: self = .half
        case .float32: self = .float
        case .float64: self = .double
        case .bfloat16: self = .bfloat16
        case .string: self = .string
        case .complex64: self = .complex64
        case .complex128: self = .complex128
        default: self = .uint8
        }
    }
}
