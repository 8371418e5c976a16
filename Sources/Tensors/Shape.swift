/// The extents of a tensor, outermost first. A scalar has rank 0 and one element; an extent may be 0.
public struct Shape: Sendable, Hashable {
    /// Extents, none of them negative.
    public let dims: [Int]

    /// Number of elements, the product of `dims`.
    public let count: Int

    /// - Parameter dims: extents whose product fits an `Int`; anything else is the caller's bug.
    ///   Sizes that come from outside go through ``init(checking:)``.
    @inlinable
    public init(_ dims: [Int]) {
        var count = 1
        for dim in dims {
            precondition(dim >= 0, "negative extent")
            count *= dim
        }
        self.dims = dims
        self.count = count
    }

    /// The shape of extents that nobody has checked, or nil when one is negative or the product exceeds `Int`.
    @inlinable
    public init?(checking dims: [Int]) {
        var product = 1
        var hasZero = false
        for dim in dims {
            if dim < 0 { return nil }
            if dim == 0 {
                hasZero = true
                continue
            }
            let (value, overflow) = product.multipliedReportingOverflow(by: dim)
            // 16 bytes is the widest element: the byte count must fit as well.
            if overflow || value > Int.max / 16 { return nil }
            product = value
        }
        self.dims = dims
        self.count = hasZero ? 0 : product
    }

    public static let scalar = Shape([])

    @inlinable public var rank: Int { dims.count }

    @inlinable
    public subscript(axis: Int) -> Int { dims[axis] }

    /// Elements between neighbours along each axis of the contiguous row-major layout.
    @inlinable
    public var strides: [Int] {
        var strides = [Int](repeating: 1, count: dims.count)
        var axis = dims.count - 2
        while axis >= 0 {
            strides[axis] = strides[axis + 1] * dims[axis + 1]
            axis -= 1
        }
        return strides
    }

    /// Product of the extents in `range`; 1 for an empty range.
    @inlinable
    public func count(in range: Range<Int>) -> Int {
        var product = 1
        for axis in range { product *= dims[axis] }
        return product
    }
}

extension Shape: ExpressibleByArrayLiteral {
    public init(arrayLiteral dims: Int...) { self.init(dims) }
}

extension Shape: CustomStringConvertible {
    public var description: String { "[" + dims.map(String.init).joined(separator: ",") + "]" }
}
