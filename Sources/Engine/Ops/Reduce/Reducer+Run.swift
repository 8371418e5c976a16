internal import Tensors

extension Reducer {
    /// Folds `x`, laid out as `layout` says, into one element of `y` per output.
    static func reduce(_ run: NodeRun, _ x: UnsafePointer<Element>, _ layout: ReductionLayout, into y: UnsafeMutablePointer<Element>) {
        let offsets = layout.reducedOffsets()
        if layout.isInnerReduced {
            reduceRows(run, x, layout, offsets, into: y)
        } else {
            reduceColumns(run, x, layout, offsets, into: y)
        }
    }

    /// The innermost elements go into one output.
    private static func reduceRows(
        _ run: NodeRun, _ x: UnsafePointer<Element>, _ layout: ReductionLayout, _ offsets: [Int],
        into y: UnsafeMutablePointer<Element>
    ) {
        let length = layout.innerLength
        if offsets.count == 1, layout.isDense {
            run.parallel(layout.outerCount, costPerPiece: layout.reducedCount) { range in
                rows(x + range.lowerBound * length, y + range.lowerBound, range.count, length)
            }
            return
        }
        run.parallel(layout.outerCount, costPerPiece: layout.reducedCount) { range in
            for output in range {
                let start = x + layout.start(output)
                var partial = row(start + offsets[0], length)
                for offset in offsets.dropFirst() { partial = merge(partial, row(start + offset, length)) }
                y[output] = partial
            }
        }
    }

    /// Columns that one piece of work takes: their partial results stay in the innermost cache.
    private static var columnsPerPiece: Int { 512 }

    /// The innermost elements go to neighbouring outputs.
    private static func reduceColumns(
        _ run: NodeRun, _ x: UnsafePointer<Element>, _ layout: ReductionLayout, _ offsets: [Int],
        into y: UnsafeMutablePointer<Element>
    ) {
        let width = layout.innerWidth
        let piecesPerRow = (width + columnsPerPiece - 1) / columnsPerPiece
        run.parallel(layout.outerCount * piecesPerRow, costPerPiece: layout.reducedCount * min(width, columnsPerPiece)) { range in
            for piece in range {
                let outer = piece / piecesPerRow
                let first = piece % piecesPerRow * columnsPerPiece
                let columns = min(columnsPerPiece, width - first)
                let source = x + layout.start(outer) + first
                let target = y + outer * width + first
                for column in 0..<columns { target[column] = identity }
                for offset in offsets {
                    let from = source + offset
                    for column in 0..<columns { target[column] = combine(target[column], from[column]) }
                }
            }
        }
    }
}
