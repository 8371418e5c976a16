/// What a shape leaves open, filled in from a number of elements.
package enum OpenShape {
    /// The extents for `count` elements: of several open ones the first are 1. Nil when they cannot make that many.
    package static func fill(_ dims: [Int]?, count: Int) -> [Int]? {
        guard var dims else { return [count] }
        guard let open = dims.lastIndex(where: { $0 < 0 }) else {
            return product(dims) == count ? dims : nil
        }
        for axis in dims.indices where dims[axis] < 0 && axis != open { dims[axis] = 1 }
        dims[open] = 1
        guard let rest = product(dims) else { return nil }
        guard rest > 0 else { return count == 0 ? dims : nil }
        guard count % rest == 0 else { return nil }
        dims[open] = count / rest
        return dims
    }

    private static func product(_ dims: [Int]) -> Int? {
        var product = 1
        for extent in dims {
            let (value, overflow) = product.multipliedReportingOverflow(by: extent)
            if overflow { return nil }
            product = value
        }
        return product
    }
}
