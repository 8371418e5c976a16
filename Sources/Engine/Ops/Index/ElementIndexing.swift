import Tensors

/// Where the element that each position names lies in the data, for operators whose positions replace the coordinate
/// along one axis and whose other coordinates are those of the position itself.
struct ElementIndexing {
    let axis: Int
    let extent: Int
    /// Positions along the last axis make a line.
    let lineLength: Int
    let lineCount: Int
    private let dims: [Int]
    private let strides: [Int]

    /// - Precondition: equal ranks; no extent of `indices` off the axis exceeds that of `data`.
    init(data: Shape, indices: Shape, axis: Int) {
        self.axis = axis
        extent = data[axis]
        dims = indices.dims
        strides = data.strides
        lineLength = indices.dims.last ?? 1
        lineCount = indices.count == 0 ? 0 : indices.count / lineLength
    }

    /// Throws unless positions of extents `indices` address data of extents `dims`.
    static func check(_ indices: [Dim], against dims: [Dim], axis: Int, name: String) throws(EngineError) {
        guard indices.count == dims.count else {
            throw EngineError(.invalidInput, "the indices have rank \(indices.count), the \(name) \(dims.count)")
        }
        for position in dims.indices where position != axis {
            if let own = indices[position].value, let limit = dims[position].value, own > limit {
                throw EngineError(
                    .invalidInput, "the indices have extent \(own) on axis \(position), the \(name) only \(limit)")
            }
        }
    }

    /// Calls `body` with the index of each position in a line and the offset of the element that it names.
    @inline(__always)
    func forEach(inLine line: Int, _ indices: IndexReader, _ body: (_ index: Int, _ offset: Int) -> Void) {
        var rest = line
        var base = 0
        var position = dims.count - 2
        while position >= 0 {
            let coordinate = rest % dims[position]
            rest /= dims[position]
            if position != axis { base += coordinate * strides[position] }
            position -= 1
        }
        let first = line * lineLength
        let isAlongLine = axis == dims.count - 1
        let stride = strides[axis]
        for offset in 0..<lineLength {
            let index = first + offset
            body(index, base + indices.resolved(index, extent: extent) * stride + (isAlongLine ? 0 : offset))
        }
    }

    /// Where rows lie: kept apart when data and positions have them on the same axis, and it is not the indexed one.
    static func rows(_ inputs: [RowAxis], facts: [Fact?], axis: Int) -> RowAxis {
        var common: Int?
        var hasAbsent = false
        for input in inputs {
            switch input {
            case .absent: hasAbsent = true
            case .mixed: return input
            case .axis(let rows):
                if common ?? rows != rows { return .mixed("its inputs have the batch on different axes") }
                common = rows
            }
        }
        guard let common else { return .absent }
        guard let rank = facts.first??.rank, let axis = try? AxisIndex.resolve(axis, rank: rank) else {
            return .mixed("the rank of its input is not known")
        }
        if common == axis { return .mixed("it addresses elements by their position in the batch") }
        return hasAbsent ? .mixed("one of its inputs has a fixed size along the batch") : .axis(common)
    }
}
