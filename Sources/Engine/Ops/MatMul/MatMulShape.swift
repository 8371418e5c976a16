internal import Tensors

/// How an operand of a matrix product is to be read.
struct OperandLayout: Sendable, Hashable {
    /// The last two axes stand the other way round.
    var isTransposed = false
    /// The rows come first and the batch axes after them.
    var hasLeadingRows = false

    /// Which axis of the tensor each axis of [batch…, rows, columns] is; for rank 2 or more.
    func axes(rank: Int) -> [Int] {
        var axes = Array(0..<rank)
        if hasLeadingRows, rank > 2 { axes = Array(1..<(rank - 1)) + [0, rank - 1] }
        if isTransposed { axes.swapAt(rank - 2, rank - 1) }
        return axes
    }
}

/// The rules of shape that matrix products share.
enum MatMulShape {
    /// The extents of the product of operands of rank 1 or more, or an error.
    static func output(_ node: Node, _ a: [Dim], _ b: [Dim], _ aLayout: OperandLayout, _ bLayout: OperandLayout) throws(EngineError) -> [Dim] {
        guard !a.isEmpty, !b.isEmpty else { throw node.malformed("a scalar cannot be multiplied as a matrix") }
        let left = a.count == 1 ? [1, a[0]] : aLayout.axes(rank: a.count).map { a[$0] }
        let right = b.count == 1 ? [b[0], 1] : bLayout.axes(rank: b.count).map { b[$0] }
        if let k = left[left.count - 1].value, let other = right[right.count - 2].value, k != other {
            throw node.malformed("the inner extents of \(a) and \(b) differ: \(k) and \(other)")
        }
        var dims = try broadcast(node, Array(left.dropLast(2)), Array(right.dropLast(2)))
        if a.count > 1 { dims.append(left[left.count - 2]) }
        if b.count > 1 { dims.append(right[right.count - 1]) }
        return dims
    }

    /// Batch extents, aligned from the right.
    static func broadcast(_ node: Node, _ a: [Dim], _ b: [Dim]) throws(EngineError) -> [Dim] {
        let rank = max(a.count, b.count)
        var dims: [Dim] = []
        for axis in 0..<rank {
            let left: Dim = axis + a.count >= rank ? a[axis + a.count - rank] : 1
            let right: Dim = axis + b.count >= rank ? b[axis + b.count - rank] : 1
            if left == right || right == 1 {
                dims.append(left)
            } else if left == 1 {
                dims.append(right)
            } else if let left = left.value, let right = right.value {
                throw node.malformed("batch extents \(left) and \(right) cannot be broadcast")
            } else {
                // One of them is known and not 1, or neither is: a known one decides.
                dims.append(left.value != nil ? left : right.value != nil ? right : .unknown)
            }
        }
        return dims
    }

    /// Where rows come out of a product, given where they enter.
    static func rows(_ inputs: [RowAxis], _ a: [Dim]?, _ b: [Dim]?, _ aLayout: OperandLayout, _ bLayout: OperandLayout) -> RowAxis {
        guard inputs.count >= 2 else { return .absent }
        for input in inputs.prefix(2) { if case .mixed = input { return input } }
        if inputs[0] == .absent, inputs[1] == .absent { return .absent }
        guard let a, let b else { return .mixed("the ranks of its operands are unknown") }
        let outputRank = max(a.count, b.count, 2) - (a.count == 1 ? 1 : 0) - (b.count == 1 ? 1 : 0)
        let outputShift = b.count == 1 ? 1 : 0
        let left = place(inputs[0], a, aLayout, isLeft: true)
        let right = place(inputs[1], b, bLayout, isLeft: false)
        switch (left, right) {
        case (.inner, _), (_, .inner): return .mixed("it sums over the rows")
        case (.fromRight(let left), .fromRight(let right)):
            guard left == right, left >= 2 else { return .mixed("it multiplies every row by every other") }
            return .axis(outputRank - 1 - left + outputShift)
        case (.fromRight(let left), .nowhere):
            if left >= 2, !isSingle(b, bLayout, fromRight: left) { return .mixed("its second operand differs from row to row") }
            return .axis(outputRank - 1 - left + outputShift)
        case (.nowhere, .fromRight(let right)):
            if right >= 2, !isSingle(a, aLayout, fromRight: right) { return .mixed("its first operand differs from row to row") }
            // A vector on the left takes the row axis m away, so axes further left move by one.
            return .axis(right >= 2 && a.count == 1 ? outputRank - right : outputRank - 1 - right)
        case (.nowhere, .nowhere): return .absent
        }
    }

    private enum Place {
        case nowhere
        /// On the axis that is summed over.
        case inner
        /// On an axis of [batch…, m, n], counted from the right.
        case fromRight(Int)
    }

    private static func place(_ axis: RowAxis, _ dims: [Dim], _ layout: OperandLayout, isLeft: Bool) -> Place {
        guard case .axis(let axis) = axis else { return .nowhere }
        guard dims.count > 1, let position = layout.axes(rank: dims.count).firstIndex(of: axis) else { return .inner }
        switch dims.count - 1 - position {
        case 0: return isLeft ? .inner : .fromRight(0)
        case 1: return isLeft ? .fromRight(1) : .inner
        case let fromRight: return .fromRight(fromRight)
        }
    }

    /// Whether an operand without rows is the same for every slice of a batch axis.
    private static func isSingle(_ dims: [Dim], _ layout: OperandLayout, fromRight: Int) -> Bool {
        guard fromRight < dims.count else { return true }
        return dims[layout.axes(rank: dims.count)[dims.count - 1 - fromRight]] == 1
    }
}
