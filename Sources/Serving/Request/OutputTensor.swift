public import Tensors

/// One output of an answered request: a view into what the whole batch produced, kept alive by the storage it holds.
public struct OutputTensor: Sendable {
    public let name: String
    public let dataType: DataType
    public let dims: Dims
    public let storage: TensorStorage
    /// Where the elements begin: bytes into ``storage``, or for strings elements into its strings.
    public let offset: Int
    /// Number of elements.
    public let count: Int

    public init(name: String, dataType: DataType, dims: Dims, storage: TensorStorage, offset: Int, count: Int) {
        self.name = name
        self.dataType = dataType
        self.dims = dims
        self.storage = storage
        self.offset = offset
        self.count = count
    }

    public init(name: String, _ tensor: Tensor) {
        self.init(
            name: name, dataType: tensor.dataType, dims: Dims(tensor.shape), storage: tensor.storage,
            offset: tensor.dataType == .string ? 0 : tensor.byteOffset,
            count: tensor.count)
    }

    public var byteCount: Int { count * dataType.byteWidth }

    /// The elements in row-major order; empty for strings. Valid while ``storage`` is held.
    public var bytes: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: dataType == .string ? nil : storage.base + offset, count: byteCount)
    }

    /// The elements of a string output; empty for any other type.
    public var strings: ArraySlice<ByteString> {
        dataType == .string ? storage.strings[offset..<(offset + count)] : []
    }

    /// The output as a tensor, sharing the memory where it can (strings are copied).
    public var tensor: Tensor {
        if dataType == .string { return Tensor(strings: Array(strings), shape: Shape(dims.array)) }
        return Tensor(dataType: dataType, shape: Shape(dims.array), storage: storage, byteOffset: offset)
    }
}
