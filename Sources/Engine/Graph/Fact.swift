public import Tensors

/// What is known of a value before it exists: always its type, often its shape, sometimes its elements.
public struct Fact: Sendable {
    public var type: ValueType
    /// Extents; nil while even the rank is unknown, and for anything but a tensor.
    public var dims: [Dim]?
    /// The elements, when they are known already: initialisers, folded constants, and during a run every input.
    public var value: Tensor?

    public init(type: ValueType, dims: [Dim]? = nil) {
        self.type = type
        self.dims = dims
    }

    public init(_ dataType: DataType, _ dims: [Dim]?) {
        self.init(type: .tensor(dataType), dims: dims)
    }

    public init(_ dataType: DataType, shape: Shape) {
        self.init(type: .tensor(dataType), dims: shape.dims.map(Dim.known))
    }

    public init(constant: Tensor) {
        self.init(constant.dataType, shape: constant.shape)
        self.value = constant
    }

    /// The element type; nil when this is not a tensor.
    public var dataType: DataType? {
        if case .tensor(let dataType) = type { dataType } else { nil }
    }

    public var rank: Int? { dims?.count }

    /// The shape, once every extent is known.
    public var shape: Shape? {
        guard let dims else { return nil }
        var extents: [Int] = []
        extents.reserveCapacity(dims.count)
        for dim in dims {
            guard case .known(let extent) = dim else { return nil }
            extents.append(extent)
        }
        return Shape(checking: extents)
    }
}
