internal import Tensors

/// A tensor seen along one axis: `outer` blocks of `length` layers of `inner` neighbouring elements.
struct AxisView {
    let outer: Int
    let length: Int
    let inner: Int

    init(_ shape: Shape, axis: Int) {
        outer = shape.count(in: 0..<axis)
        length = shape[axis]
        inner = shape.count(in: axis + 1..<shape.rank)
    }
}

extension RowAxis {
    /// Where rows are after an operator that mixes what lies along `axis` and keeps the shape.
    static func apart(from axis: Int?, _ input: RowAxis, _ reason: String) -> RowAxis {
        guard case .axis(let row) = input else { return input }
        return row == axis || axis == nil ? .mixed(reason) : input
    }
}
