/// Axes as models write them: negative ones count from the last.
enum AxisIndex {
    /// The position of `axis` in `0..<rank`.
    static func resolve(_ axis: Int, rank: Int) throws(EngineError) -> Int {
        guard axis >= -rank, axis < rank else {
            throw EngineError(.malformedModel, "axis \(axis) is out of range for rank \(rank)")
        }
        return axis < 0 ? axis + rank : axis
    }

    /// The positions of distinct `axes` in `0..<rank`, in the order given.
    static func resolve(_ axes: [Int], rank: Int) throws(EngineError) -> [Int] {
        var resolved: [Int] = []
        resolved.reserveCapacity(axes.count)
        for axis in axes {
            let position = try resolve(axis, rank: rank)
            guard !resolved.contains(position) else {
                throw EngineError(.malformedModel, "axis \(axis) is given twice")
            }
            resolved.append(position)
        }
        return resolved
    }
}
