internal import Tensors

/// A mask that broadcasts to [batch, heads, queries, keys]; keys that it does not reach are left out.
struct AttentionMask<T: ComputeType & BinaryFloatingPoint> {
    /// What is added to the scores; of a boolean mask 0 or -∞.
    let elements: UnsafePointer<T>
    private let strides: (batch: Int, head: Int, query: Int)
    /// Keys that the mask reaches.
    let length: Int

    /// - Parameter outside: what a boolean mask adds where it is false.
    init(_ run: NodeRun, _ tensor: Tensor, outside: T = -.infinity) {
        let shape = tensor.shape
        if tensor.dataType == .bool {
            let (flags, target) = (tensor.pointer(as: UInt8.self), run.scratch(T.self, count: shape.count))
            for i in 0..<shape.count { target[i] = flags[i] != 0 ? 0 : outside }
            elements = UnsafePointer(target)
        } else {
            elements = run.elements(tensor, as: T.self)
        }
        length = shape.rank > 0 ? shape[shape.rank - 1] : 0
        let own = shape.strides
        func stride(_ fromRight: Int) -> Int {
            let axis = shape.rank - 1 - fromRight
            return axis >= 0 && shape[axis] != 1 ? own[axis] : 0
        }
        strides = (stride(3), stride(2), stride(1))
    }

    func row(_ entry: Int, _ head: Int, _ query: Int) -> UnsafePointer<T> {
        elements + entry * strides.batch + head * strides.head + query * strides.query
    }
}

/// The keys that a query may see by its position alone.
struct VisibleKeys: Sendable {
    var isCausal = false
    /// Positions to either side; nil for no bound.
    var left: Int?
    var right: Int?

    /// Of `keys` keys, `valid` of which hold something, for a query at `position`.
    func range(position: Int, keys: Int, valid: Int) -> Range<Int> {
        var (low, high) = (0, min(keys, valid))
        if isCausal { high = min(high, position &+ 1) }
        // Bounds of a window may be as large as an integer gets; what reaches past everything bounds nothing.
        let everything = keys + abs(position)
        if let right, right < everything { high = min(high, position + right + 1) }
        if let left, left < everything { low = max(low, position - left) }
        low = min(low, keys)
        return low..<max(low, high)
    }
}
