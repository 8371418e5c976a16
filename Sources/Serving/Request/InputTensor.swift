public import Tensors

/// One input as a request brings it: a view of memory that the request's owner keeps, or a tensor of its own.
public struct InputTensor: @unchecked Sendable {
    /// Where the elements are. Views are read only while the request is under way: that is what `@unchecked Sendable` rests on.
    public enum Contents {
        /// Elements in row-major order, little-endian, `byteWidth` bytes each; for any type but strings. Need not be aligned.
        case bytes(UnsafeRawBufferPointer)
        /// Elements that the request holds itself. The only form for strings.
        case tensor(Tensor)
    }

    public var name: Name
    public var dataType: DataType
    /// Extents as the request states them, unchecked.
    public var dims: Dims
    public var contents: Contents

    public init(name: Name, dataType: DataType, dims: Dims, contents: Contents) {
        self.name = name
        self.dataType = dataType
        self.dims = dims
        self.contents = contents
    }

    public init(name: Name, _ tensor: Tensor) {
        self.init(name: name, dataType: tensor.dataType, dims: Dims(tensor.shape), contents: .tensor(tensor))
    }

    /// Bytes of the elements; for strings what their characters take.
    var byteCount: Int {
        switch contents {
        case .bytes(let bytes): bytes.count
        case .tensor(let tensor):
            tensor.dataType == .string ? tensor.strings.reduce(0) { $0 + $1.bytes.count } : tensor.byteCount
        }
    }
}
