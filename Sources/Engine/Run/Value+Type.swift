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

extension Value {
    /// Whether this may stand where `expected` is declared, down to the last element.
    func conforms(to expected: ValueType) -> Bool {
        switch (self, expected) {
        case (.none(let type), .optional): type == expected || ValueType.optional(type) == expected
        case (_, .optional(let wrapped)): conforms(to: wrapped)
        case (.tensor(let tensor), .tensor(let dataType)): tensor.dataType == dataType
        case (.sequence(let elements, let element), .sequence(let wanted)):
            element == wanted && elements.allSatisfy { $0.conforms(to: wanted) }
        case (.map(let entries, let type), .map(let key, let value)):
            type == expected && entries.allSatisfy { $0.key.conforms(to: .tensor(key)) && $0.value.conforms(to: value) }
        default: false
        }
    }
}
