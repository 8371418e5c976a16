import Tensors

/// What the elements added around a tensor are.
enum PadMode: String {
    case constant
    /// Mirrored at the first and last element, which are not repeated.
    case reflect
    /// The nearest element.
    case edge
    /// As if the axis were a ring.
    case wrap

    /// Elements added to one axis; negative numbers remove.
    struct Extent {
        var before = 0
        var after = 0

        var isZero: Bool { before == 0 && after == 0 }
    }

    /// The extent of an axis once padded.
    func padded(_ extent: Int, by pad: Extent, axis: Int) throws(EngineError) -> Int {
        let (first, overflow) = extent.addingReportingOverflow(pad.before)
        let (sum, overflowToo) = first.addingReportingOverflow(pad.after)
        let isWithin = min(pad.before, 0) >= -extent && min(pad.after, 0) >= -extent
        guard !overflow, !overflowToo, isWithin, sum >= 0 else {
            throw EngineError(.invalidInput, "pads \(pad.before) and \(pad.after) on axis \(axis) of extent \(extent)")
        }
        let kept = extent + min(pad.before, 0) + min(pad.after, 0)
        if self != .constant, kept <= 0, sum > 0 {
            throw EngineError(.invalidInput, "mode \(rawValue) has nothing to repeat on axis \(axis) of extent \(extent)")
        }
        return sum
    }

    /// For each of the `count` elements of a padded axis, the source element that it repeats. Not for `constant`.
    func table(extent: Int, pad: Extent, count: Int) -> [Int] {
        let first = max(0, -pad.before)
        let kept = extent + min(pad.before, 0) + min(pad.after, 0)
        let shift = max(0, pad.before)
        return (0..<count).map { first + source(of: $0 - shift, extent: kept) }
    }

    private func source(of position: Int, extent: Int) -> Int {
        switch self {
        case .constant, .edge: return min(max(position, 0), extent - 1)
        case .wrap:
            let rest = position % extent
            return rest < 0 ? rest + extent : rest
        case .reflect:
            if extent == 1 { return 0 }
            let period = 2 * (extent - 1)
            let rest = position % period
            let folded = rest < 0 ? rest + period : rest
            return folded < extent ? folded : period - folded
        }
    }

    /// Sets every element of `target` to the only one of `value`.
    static func fill(_ target: Tensor, with value: Tensor, in run: NodeRun) {
        // In pieces, so that large fills can be shared among threads.
        TargetFill(count: target.count, piece: 4096).apply(from: value, to: target, in: run)
    }

    /// Copies what lies within both tensors, element `i` of an axis to `i + shift`.
    static func copyOverlap(from source: Tensor, to target: Tensor, shifts: [Int], in run: NodeRun) throws(EngineError) {
        let rank = source.shape.rank
        var copy = StridedCopy()
        for axis in 0..<rank {
            let shift = shifts[axis]
            let first = max(0, -shift)
            let last = min(source.shape[axis], target.shape[axis] - shift)
            if last <= first { return }
            let sourceStride = source.shape.count(in: axis + 1..<rank)
            let targetStride = target.shape.count(in: axis + 1..<rank)
            copy.sourceOffset += first * sourceStride
            copy.targetOffset += (first + shift) * targetStride
            try copy.append(extent: last - first, sourceStride: sourceStride, targetStride: targetStride)
        }
        copy.apply(from: source, to: target, in: run)
    }
}

/// One element repeated over a whole tensor.
private struct TargetFill: ElementMovement {
    let count: Int
    let piece: Int

    var pieceCount: Int { (count + piece - 1) / piece }
    var elementsPerPiece: Int { min(count, piece) }

    func move<Element>(
        _ pieces: Range<Int>, from source: UnsafePointer<Element>, to target: UnsafeMutablePointer<Element>
    ) {
        let first = pieces.lowerBound * piece
        (target + first).update(repeating: source.pointee, count: min(count, pieces.upperBound * piece) - first)
    }
}
