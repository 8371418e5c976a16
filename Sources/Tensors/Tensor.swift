/// A typed, shaped view of contiguous row-major memory. Copying a tensor copies the view, not the elements.
///
/// Pointers taken from a tensor are valid while some copy of it is alive: keep one until the last use of the pointer.
public struct Tensor: Sendable {
    public let dataType: DataType
    public let shape: Shape
    public let storage: TensorStorage
    public let byteOffset: Int

    @inlinable
    public init(dataType: DataType, shape: Shape, storage: TensorStorage, byteOffset: Int = 0) {
        self.dataType = dataType
        self.shape = shape
        self.storage = storage
        self.byteOffset = byteOffset
    }

    /// A tensor with memory of its own, uninitialised (strings: empty).
    public init(dataType: DataType, shape: Shape) {
        let storage =
            dataType == .string
            ? TensorStorage(strings: [ByteString](repeating: ByteString(bytes: []), count: shape.count))
            : TensorStorage(byteCount: shape.count * dataType.byteWidth)
        self.init(dataType: dataType, shape: shape, storage: storage)
    }

    /// A string tensor of `shape`, row-major.
    public init(strings: [ByteString], shape: Shape) {
        precondition(strings.count == shape.count, "element count does not fit the shape")
        self.init(dataType: .string, shape: shape, storage: TensorStorage(strings: strings))
    }

    /// A tensor of `shape` that holds a copy of `elements`, whose Swift type must be as wide as `dataType`.
    public init<Element: BitwiseCopyable>(_ elements: [Element], dataType: DataType, shape: Shape) {
        precondition(elements.count == shape.count, "element count does not fit the shape")
        precondition(MemoryLayout<Element>.stride == dataType.byteWidth, "element type does not fit the data type")
        self.init(dataType: dataType, shape: shape)
        elements.withUnsafeBytes { source in
            if let base = source.baseAddress { mutableBytes.copyMemory(from: base, byteCount: source.count) }
        }
    }

    @inlinable public var count: Int { shape.count }
    @inlinable public var byteCount: Int { shape.count * dataType.byteWidth }

    /// The elements of a string tensor, row-major; empty for every other type.
    @inlinable public var strings: [ByteString] { storage.strings }

    @inlinable
    public var bytes: UnsafeRawPointer { UnsafeRawPointer(storage.base + byteOffset) }

    /// Only for whoever made the tensor, before it is handed on.
    @inlinable
    public var mutableBytes: UnsafeMutableRawPointer { storage.base + byteOffset }

    @inlinable
    public func pointer<Element: BitwiseCopyable>(as type: Element.Type) -> UnsafePointer<Element> {
        bytes.assumingMemoryBound(to: type)
    }

    /// Only for whoever made the tensor, before it is handed on.
    @inlinable
    public func mutablePointer<Element: BitwiseCopyable>(as type: Element.Type) -> UnsafeMutablePointer<Element> {
        mutableBytes.assumingMemoryBound(to: type)
    }

    /// The elements as an array of a Swift type as wide as the data type. O(n).
    public func elements<Element: BitwiseCopyable>(as type: Element.Type) -> [Element] {
        precondition(MemoryLayout<Element>.stride == dataType.byteWidth, "element type does not fit the data type")
        return withExtendedLifetime(storage) { Array(UnsafeBufferPointer(start: pointer(as: type), count: count)) }
    }

    /// The same elements under another shape of the same count.
    @inlinable
    public func reshaped(to shape: Shape) -> Tensor {
        precondition(shape.count == self.shape.count, "reshape changes the number of elements")
        return Tensor(dataType: dataType, shape: shape, storage: storage, byteOffset: byteOffset)
    }

    /// Writes the elements of a string tensor. Only for whoever made it, before it is handed on.
    public func setStrings(_ strings: [ByteString]) {
        precondition(dataType == .string && strings.count == shape.count, "element count does not fit the shape")
        storage.strings = strings
    }
}
