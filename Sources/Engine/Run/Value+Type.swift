internal import Tensors

extension Value {
    public var type: ValueType {
        switch self {
        case .tensor(let tensor): .tensor(tensor.dataType)
        case .sequence(_, let element): .sequence(element)
        case .map(_, let type): type
        case .none(let type): type
        }
    }

    /// Everything that is known of this value.
    var fact: Fact {
        switch self {
        case .tensor(let tensor): Fact(constant: tensor)
        default: Fact(type: type)
        }
    }
}
