/// A copy of a box of elements between two layouts that differ in strides: what transposing, slicing, tiling, expanding,
/// padding and joining all come down to.
///
/// Axes are appended from the outermost to the innermost of the target; those that lie together in both layouts are
/// merged, so that the loops run over as few and as long runs as there are.
struct StridedCopy {
    struct Axis {
        var extent: Int
        var sourceStride: Int
        var targetStride: Int
    }

    /// Axes that can be told apart after merging.
    static let maximumAxes = 16

    private(set) var axisCount = 0
    private var storage = InlineArray<16, Axis>(repeating: Axis(extent: 1, sourceStride: 0, targetStride: 0))
    /// Element at which reading starts; a negative stride counts down from here.
    var sourceOffset = 0
    var targetOffset = 0
    private(set) var isEmpty = false

    subscript(index: Int) -> Axis { storage[index] }

    /// Adds the next inner axis. Strides count elements; a source stride of 0 repeats.
    mutating func append(extent: Int, sourceStride: Int, targetStride: Int) throws(EngineError) {
        if extent == 0 { isEmpty = true }
        if extent <= 1 { return }
        if axisCount > 0 {
            let outer = storage[axisCount - 1]
            if outer.sourceStride == sourceStride &* extent, outer.targetStride == targetStride &* extent {
                storage[axisCount - 1] = Axis(
                    extent: outer.extent * extent, sourceStride: sourceStride, targetStride: targetStride)
                return
            }
        }
        guard axisCount < Self.maximumAxes else {
            throw EngineError(.unsupported, "a copy over more than \(Self.maximumAxes) axes that cannot be merged")
        }
        storage[axisCount] = Axis(extent: extent, sourceStride: sourceStride, targetStride: targetStride)
        axisCount += 1
    }
}
