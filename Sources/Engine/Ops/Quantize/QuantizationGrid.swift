internal import Tensors

/// Which scale and zero point hold for each element of a tensor: one for all, one per position along an axis, or one per
/// block along an axis.
struct QuantizationGrid {
    /// Neighbouring elements, whose parameters begin at `parameter` and advance by `step`, 0 or 1.
    struct Row {
        var start: Int
        var count: Int
        var parameter: Int
        var step: Int
    }

    private enum Layout {
        case whole
        case rows(length: Int, positions: Int)
        case lastAxis(length: Int)
        case blocks(view: AxisView, size: Int, blocks: Int)
        case lastAxisBlocks(length: Int, size: Int, blocks: Int)
    }

    /// Elements of one row where a single scale holds for all.
    private static let wholeRowCount = 4096

    private let layout: Layout
    private let count: Int
    let rowCount: Int

    /// Elements of a row, at most.
    var rowLength: Int { rowCount == 0 ? 0 : (count + rowCount - 1) / rowCount }

    /// - Parameters:
    ///   - scale: the shape of the scales: one element, a vector along `axis`, or as many axes as `shape`.
    ///   - blockSize: elements along `axis` that share a scale, or 0 where there are no blocks.
    init(_ shape: Shape, scale: Shape, axis: Int, blockSize: Int, node: Node) throws(EngineError) {
        count = shape.count
        if scale.count == 1, blockSize == 0 || scale.rank == 0 {
            layout = .whole
            rowCount = (count + Self.wholeRowCount - 1) / Self.wholeRowCount
            return
        }
        let axis = try node.normalizedAxis(axis, rank: shape.rank)
        let view = AxisView(shape, axis: axis)
        if blockSize == 0 {
            guard scale.rank == 1, scale.count == view.length else {
                throw EngineError(.invalidInput, "scales of shape \(scale) do not fit axis \(axis) of \(shape)", place: node.place)
            }
            layout = view.inner == 1 ? .lastAxis(length: view.length) : .rows(length: view.inner, positions: view.length)
            rowCount = view.inner == 1 ? view.outer : view.outer * view.length
            return
        }
        let (_, isTooLarge) = view.length.addingReportingOverflow(blockSize - 1)
        var expected = shape.dims
        expected[axis] = isTooLarge ? 1 : (view.length + blockSize - 1) / blockSize
        guard blockSize > 0, scale.dims == expected else {
            throw EngineError(
                .invalidInput, "scales of shape \(scale) do not fit \(shape) in blocks of \(blockSize) along axis \(axis)", place: node.place)
        }
        let blocks = expected[axis]
        if view.inner == 1 {
            layout = .lastAxisBlocks(length: view.length, size: blockSize, blocks: blocks)
            rowCount = view.outer * blocks
        } else {
            layout = .blocks(view: view, size: blockSize, blocks: blocks)
            rowCount = view.outer * view.length
        }
    }

    func row(_ index: Int) -> Row {
        switch layout {
        case .whole:
            let start = index * Self.wholeRowCount
            return Row(start: start, count: min(Self.wholeRowCount, count - start), parameter: 0, step: 0)
        case .rows(let length, let positions):
            return Row(start: index * length, count: length, parameter: index % positions, step: 0)
        case .lastAxis(let length):
            return Row(start: index * length, count: length, parameter: 0, step: 1)
        case .lastAxisBlocks(let length, let size, let blocks):
            let first = index % blocks * size
            return Row(start: index / blocks * length + first, count: min(size, length - first), parameter: index, step: 0)
        case .blocks(let view, let size, let blocks):
            let (outer, position) = (index / view.length, index % view.length)
            return Row(
                start: index * view.inner, count: view.inner, parameter: (outer * blocks + position / size) * view.inner, step: 1)
        }
    }
}
