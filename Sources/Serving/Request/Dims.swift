public import Tensors

/// The extents of a tensor on its way in or out, outermost first. Up to eight are held in place, so that most tensors cost no allocation.
/// Unlike ``Shape`` it promises nothing: extents that came from outside may be negative until validation has seen them.
public struct Dims: Sendable {
    public static let inlineCapacity = 8

    private var few: InlineArray<8, Int>
    private var many: [Int]
    public private(set) var count: Int

    public init() {
        few = InlineArray(repeating: 0)
        many = []
        count = 0
    }

    public init(_ extents: some Sequence<Int>) {
        self.init()
        for extent in extents { append(extent) }
    }

    public init(_ shape: Shape) { self.init(shape.dims) }

    public mutating func append(_ extent: Int) {
        if count < Self.inlineCapacity {
            few[count] = extent
        } else {
            if count == Self.inlineCapacity {
                for index in 0..<Self.inlineCapacity { many.append(few[index]) }
            }
            many.append(extent)
        }
        count += 1
    }

    public subscript(axis: Int) -> Int {
        get {
            precondition(axis >= 0 && axis < count, "no such axis")
            return count <= Self.inlineCapacity ? few[axis] : many[axis]
        }
        set {
            precondition(axis >= 0 && axis < count, "no such axis")
            if count <= Self.inlineCapacity { few[axis] = newValue } else { many[axis] = newValue }
        }
    }

    public var array: [Int] { (0..<count).map { self[$0] } }

    /// The number of elements, or nil when an extent is negative or the product does not fit.
    public var checkedCount: Int? {
        var product = 1
        var hasZero = false
        for axis in 0..<count {
            let extent = self[axis]
            if extent < 0 { return nil }
            if extent == 0 {
                hasZero = true
                continue
            }
            let (value, overflow) = product.multipliedReportingOverflow(by: extent)
            if overflow || value > Int.max / 16 { return nil }
            product = value
        }
        return hasZero ? 0 : product
    }

    /// Whether all extents but the first agree.
    func sameRow(as other: Dims) -> Bool {
        guard count == other.count else { return false }
        var axis = 1
        while axis < count {
            if self[axis] != other[axis] { return false }
            axis += 1
        }
        return true
    }
}

extension Dims: Hashable {
    public static func == (left: Dims, right: Dims) -> Bool {
        left.count == right.count && (left.count == 0 || left[0] == right[0]) && left.sameRow(as: right)
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(count)
        for axis in 0..<count { hasher.combine(self[axis]) }
    }
}

extension Dims: ExpressibleByArrayLiteral, CustomStringConvertible {
    public init(arrayLiteral extents: Int...) { self.init(extents) }
    public var description: String { "[" + array.map(String.init).joined(separator: ",") + "]" }
}
