import Tensors

/// An element to look up in a dictionary: text, or a number in which all that are no numbers are the same.
enum LabelKey: Hashable, Sendable {
    case text(ByteString)
    case integer(Int)
    case real(UInt64)

    init(_ value: Double) {
        self = .real(value.isNaN ? Double.nan.bitPattern : value == 0 ? 0 : value.bitPattern)
    }

    /// The elements of a tensor as keys; nil when its type is none that is looked up.
    static func all(_ tensor: Tensor) -> [LabelKey]? {
        switch tensor.dataType {
        case .string: tensor.strings.map(LabelKey.text)
        case .int64: tensor.elements(as: Int64.self).map { .integer(Int($0)) }
        case .int32: tensor.elements(as: Int32.self).map { .integer(Int($0)) }
        case .int16: tensor.elements(as: Int16.self).map { .integer(Int($0)) }
        case .float32: tensor.elements(as: Float.self).map { LabelKey(Double($0)) }
        case .float64: tensor.elements(as: Double.self).map { LabelKey($0) }
        default: nil
        }
    }
}
