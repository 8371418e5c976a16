internal import Tensors

/// How operator sets before 7 broadcast: only the second operand, whose axes line up with those of the first from `axis` on.
struct LegacyBroadcast: Sendable {
    /// nil where the last axes line up, as in today's broadcasting.
    let axis: Int?

    static let none = LegacyBroadcast(axis: nil)

    init(axis: Int?) { self.axis = axis }

    init(_ node: Node) throws(EngineError) {
        guard node.version < 7, try node.bool("broadcast", default: false) else {
            self.axis = nil
            return
        }
        axis = try node.int("axis")
    }

    /// Extents of 1 that go behind those of the second operand, so that the last axes line up.
    private func trailingOnes(_ rank: Int, firstRank: Int) -> Int {
        guard let axis, rank > 0 else { return 0 }
        let (end, overflow) = (axis < 0 ? axis + firstRank : axis).addingReportingOverflow(rank)
        return overflow ? 0 : max(0, min(firstRank, firstRank - end))
    }

    func aligned(_ dims: [Dim]?, to first: [Dim]?) -> [Dim]? {
        guard axis != nil else { return dims }
        guard let dims, let first else { return nil }
        return dims + [Dim](repeating: 1, count: trailingOnes(dims.count, firstRank: first.count))
    }

    func aligned(_ shape: Shape, to first: Shape) -> Shape {
        let ones = trailingOnes(shape.rank, firstRank: first.rank)
        return ones == 0 ? shape : Shape(shape.dims + [Int](repeating: 1, count: ones))
    }

    func aligned(_ facts: [Fact?]) -> [Fact?] {
        guard axis != nil, facts.count == 2, let first = facts[0], var second = facts[1] else { return facts }
        second.dims = aligned(second.dims, to: first.dims)
        return [first, second]
    }
}
