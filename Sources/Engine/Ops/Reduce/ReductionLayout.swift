internal import Tensors

/// The axes of a tensor, some of them reduced, with neighbours of one kind merged and reduced axes of extent 1 dropped.
///
/// Kept axes of extent 1 stay: one of them may be the batch, and a batch of one row must be folded in the order of any other.
struct ReductionLayout {
    private struct Group {
        var extent: Int
        var stride: Int
    }

    /// Kept axes but for the innermost of all, and reduced ones likewise; outermost first.
    private var outerKept: [Group] = []
    private var outerReduced: [Group] = []
    /// Neighbouring elements that are reduced into one output (`innerWidth` is 1), or that go to neighbouring outputs
    /// (`innerLength` is 1).
    let innerLength: Int
    let innerWidth: Int
    /// Which of the two: told by the axes and not by their extents, so that one row is folded like many.
    let isInnerReduced: Bool
    /// Elements reduced into each output.
    let reducedCount: Int

    init(_ shape: Shape, reduced: [Bool]) {
        var groups: [(group: Group, isReduced: Bool)] = []
        var stride = 1
        var count = 1
        for axis in (0..<shape.rank).reversed() {
            let extent = shape[axis]
            if reduced[axis] { count *= extent }
            if extent != 1 || !reduced[axis] {
                if let last = groups.last, last.isReduced == reduced[axis] {
                    groups[groups.count - 1].group.extent *= extent
                } else {
                    groups.append((Group(extent: extent, stride: stride), reduced[axis]))
                }
            }
            stride *= extent
        }
        reducedCount = count
        // `groups` runs from the innermost outwards.
        isInnerReduced = groups.first?.isReduced ?? true
        if let inner = groups.first {
            innerLength = inner.isReduced ? inner.group.extent : 1
            innerWidth = inner.isReduced ? 1 : inner.group.extent
        } else {
            innerLength = 1
            innerWidth = 1
        }
        for entry in groups.dropFirst().reversed() {
            if entry.isReduced { outerReduced.append(entry.group) } else { outerKept.append(entry.group) }
        }
    }

    /// Outer kept positions; each has `innerWidth` outputs.
    var outerCount: Int { outerKept.reduce(1) { $0 * $1.extent } }

    /// Whether the runs that belong to the outputs follow each other without gaps.
    var isDense: Bool { outerReduced.isEmpty }

    /// Where the elements of outer kept position `index` begin.
    func start(_ index: Int) -> Int {
        var rest = index
        var offset = 0
        for group in outerKept.reversed() {
            offset += rest % group.extent * group.stride
            rest /= group.extent
        }
        return offset
    }

    /// Offsets from ``start(_:)`` of the runs that are folded, in order.
    func reducedOffsets() -> [Int] {
        var offsets = [0]
        for group in outerReduced {
            offsets = offsets.flatMap { offset in (0..<group.extent).map { offset + $0 * group.stride } }
        }
        return offsets
    }
}
