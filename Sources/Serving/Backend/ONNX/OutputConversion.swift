internal import Engine
internal import Tensors

/// How an output that is no tensor becomes one.
enum OutputConversion {
    case tensor
    /// A map for each row, as classifiers end with: one row of the map's values in the order of its keys.
    case rowsOfMaps(DataType)
    /// Tensors of one shape, stacked.
    case stack(DataType)

    init(_ port: Signature.Port) throws(EngineError) {
        switch port.type {
        case .tensor, .optional(.tensor): self = .tensor
        case .sequence(.map(_, .tensor(let dataType))): self = .rowsOfMaps(dataType)
        case .sequence(.tensor(let dataType)): self = .stack(dataType)
        default:
            throw EngineError(.unsupported, "an output of type \(port.type) cannot go over the wire", place: "output '\(port.name)'")
        }
    }

    func signature(_ port: Signature.Port) -> TensorSignature {
        switch self {
        case .tensor:
            let dataType: DataType =
                switch port.type {
                case .tensor(let dataType), .optional(.tensor(let dataType)): dataType
                default: .float32
                }
            return TensorSignature(port, dataType: dataType, isOptional: false)
        case .rowsOfMaps(let dataType): return TensorSignature(name: port.name, dataType: dataType, dims: [-1, -1])
        case .stack(let dataType): return TensorSignature(name: port.name, dataType: dataType, dims: nil)
        }
    }

    /// The tensor, or nil when the value is empty.
    func tensor(_ value: Value) throws(EngineError) -> Tensor? {
        switch (self, value) {
        case (_, .tensor(let tensor)): return tensor
        case (_, .none): return nil
        case (.rowsOfMaps(let dataType), .sequence(let rows, _)): return try Self.join(rows.map(Self.values), dataType, isRank1: true)
        case (.stack(let dataType), .sequence(let items, _)): return try Self.join(items.map { $0.tensor.map { [$0] } ?? [] }, dataType, isRank1: false)
        default: throw EngineError(.unsupported, "a value of another type than the model declares")
        }
    }

    /// The values of a map, in the order of its keys.
    private static func values(_ row: Value) -> [Tensor] {
        guard case .map(let entries, _) = row else { return [] }
        return entries.compactMap(\.value.tensor)
    }

    private static func join(_ rows: [[Tensor]], _ dataType: DataType, isRank1: Bool) throws(EngineError) -> Tensor {
        let width = rows.first?.count ?? 0
        let item = isRank1 ? Shape.scalar : (rows.first?.first?.shape ?? .scalar)
        let dims = isRank1 ? [rows.count, width] : [rows.count] + item.dims
        guard let shape = Shape(checking: dims) else { throw EngineError(.resourceExhausted, "an output is too large") }
        let flat = rows.flatMap { $0 }
        guard rows.allSatisfy({ $0.count == width }), flat.allSatisfy({ $0.count == item.count && $0.dataType == dataType }) else {
            throw EngineError(.unsupported, "the parts of an output differ in shape")
        }
        if dataType == .string { return Tensor(strings: flat.flatMap(\.strings), shape: shape) }
        let tensor = Tensor(dataType: dataType, shape: shape)
        var target = tensor.mutableBytes
        for part in flat {
            target.copyMemory(from: part.bytes, byteCount: part.byteCount)
            target += part.byteCount
        }
        return tensor
    }
}
