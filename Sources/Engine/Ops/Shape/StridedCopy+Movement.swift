extension StridedCopy: ElementMovement {
    /// How the innermost one or two axes are moved; the axes outside them are walked one element at a time.
    private enum Inner {
        /// One element: there is no axis at all.
        case single
        /// The last axis in one call.
        case run
        /// The last axis against an outer one whose source elements are neighbours.
        case transposed(axis: Int)
    }

    private var inner: Inner {
        guard axisCount > 0 else { return .single }
        let last = self[axisCount - 1]
        if last.sourceStride != 1, last.targetStride == 1 {
            var axis = axisCount - 2
            while axis >= 0 {
                if self[axis].sourceStride == 1 { return .transposed(axis: axis) }
                axis -= 1
            }
        }
        return .run
    }

    /// Columns of a transposed pair that make one piece: whole cache lines of the source.
    private static var columnsPerPiece: Int { 64 }

    private func columnPieces(_ axis: Int) -> Int {
        (self[axis].extent - 1) / Self.columnsPerPiece + 1
    }

    private func isOuter(_ axis: Int, _ inner: Inner) -> Bool {
        if axis == axisCount - 1 { return false }
        if case .transposed(axis) = inner { return false }
        return true
    }

    private func outerCount(_ inner: Inner) -> Int {
        var count = 1
        for axis in 0..<axisCount where isOuter(axis, inner) { count *= self[axis].extent }
        return count
    }

    var pieceCount: Int {
        if isEmpty { return 0 }
        let inner = inner
        if case .transposed(let axis) = inner { return outerCount(inner) * columnPieces(axis) }
        return outerCount(inner)
    }

    var elementsPerPiece: Int {
        switch inner {
        case .single: 1
        case .run: self[axisCount - 1].extent
        case .transposed(let axis): self[axisCount - 1].extent * min(self[axis].extent, Self.columnsPerPiece)
        }
    }

    func move<Element>(
        _ pieces: Range<Int>, from source: UnsafePointer<Element>, to target: UnsafeMutablePointer<Element>
    ) {
        if isEmpty || pieces.isEmpty { return }
        let from = source + sourceOffset
        let to = target + targetOffset
        let inner = inner
        switch inner {
        case .single:
            to.pointee = from.pointee
        case .run:
            let last = self[axisCount - 1]
            walk(pieces, inner) { sourceIndex, targetIndex in
                Self.moveRun(last, from: from + sourceIndex, to: to + targetIndex)
            }
        case .transposed(let axis):
            let rows = self[axisCount - 1]
            let columns = self[axis]
            let parts = columnPieces(axis)
            var piece = pieces.lowerBound
            while piece < pieces.upperBound {
                let outer = piece / parts
                let end = min(pieces.upperBound, (outer + 1) * parts)
                let first = (piece - outer * parts) * Self.columnsPerPiece
                let width = min(columns.extent, (end - outer * parts) * Self.columnsPerPiece) - first
                walk(outer..<outer + 1, inner) { sourceIndex, targetIndex in
                    transposeMatrix(
                        rows: rows.extent, columns: width,
                        from: from + sourceIndex + first, sourceStride: rows.sourceStride,
                        to: to + targetIndex + first * columns.targetStride, targetStride: columns.targetStride)
                }
                piece = end
            }
        }
    }

    /// Calls `body` with the source and target index of each outer position in `range`, in order.
    @inline(__always)
    private func walk(_ range: Range<Int>, _ inner: Inner, _ body: (Int, Int) -> Void) {
        var position = InlineArray<16, Int>(repeating: 0)
        var sourceIndex = 0
        var targetIndex = 0
        var rest = range.lowerBound
        var axis = axisCount - 1
        while axis >= 0 {
            if isOuter(axis, inner) {
                let extent = self[axis].extent
                position[axis] = rest % extent
                rest /= extent
                sourceIndex += position[axis] * self[axis].sourceStride
                targetIndex += position[axis] * self[axis].targetStride
            }
            axis -= 1
        }
        var remaining = range.count
        while true {
            body(sourceIndex, targetIndex)
            remaining -= 1
            if remaining == 0 { return }
            axis = axisCount - 1
            while axis >= 0 {
                if isOuter(axis, inner) {
                    let current = self[axis]
                    position[axis] += 1
                    sourceIndex += current.sourceStride
                    targetIndex += current.targetStride
                    if position[axis] < current.extent { break }
                    sourceIndex -= current.extent * current.sourceStride
                    targetIndex -= current.extent * current.targetStride
                    position[axis] = 0
                }
                axis -= 1
            }
        }
    }

    @inline(__always)
    private static func moveRun<Element>(
        _ axis: Axis, from source: UnsafePointer<Element>, to target: UnsafeMutablePointer<Element>
    ) {
        if axis.targetStride == 1 {
            switch axis.sourceStride {
            case 1: target.update(from: source, count: axis.extent)
            case 0: target.update(repeating: source.pointee, count: axis.extent)
            default:
                var index = 0
                for element in 0..<axis.extent {
                    target[element] = source[index]
                    index += axis.sourceStride
                }
            }
            return
        }
        var from = 0
        var to = 0
        for _ in 0..<axis.extent {
            target[to] = source[from]
            from += axis.sourceStride
            to += axis.targetStride
        }
    }
}
