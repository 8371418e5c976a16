/// A shape that callers use for another one of the same element count that the model uses, as a configuration declares it.
struct Reshape: Sendable {
    /// The leading extent is the batch's, and stays.
    let keepsLeading: Bool
    /// Extents to give, -1 for one that is taken over.
    private let target: [Int]
    /// For each -1 of `target`, in order, the axis that it is taken from.
    private let sources: [Int]

    /// - Parameters:
    ///   - from, to: extents without the batch's, -1 for open ones; open extents correspond in order.
    /// - Returns: nil when the two have not the same number of open extents, or can never have as many elements.
    init?(from: [Int], to: [Int], keepsLeading: Bool) {
        let open = from.indices.filter { from[$0] < 0 }
        guard open.count == to.filter({ $0 < 0 }).count else { return nil }
        let known = { (dims: [Int]) in dims.filter { $0 >= 0 }.reduce(1) { $0.multipliedReportingOverflow(by: $1).partialValue } }
        guard known(from) == known(to) else { return nil }
        self.keepsLeading = keepsLeading
        target = to
        sources = open.map { $0 + (keepsLeading ? 1 : 0) }
    }

    /// The other shape. The elements stay as they are.
    func apply(_ dims: Dims) -> Dims {
        var result = Dims()
        if keepsLeading, dims.count > 0 { result.append(dims[0]) }
        var next = 0
        for extent in target {
            if extent >= 0 {
                result.append(extent)
            } else {
                let axis = sources[next]
                next += 1
                result.append(axis < dims.count ? dims[axis] : 1)
            }
        }
        return result
    }
}
