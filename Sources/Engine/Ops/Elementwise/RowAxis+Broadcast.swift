internal import Tensors

extension RowAxis {
    /// Where rows are in the result of operands broadcast against each other, right-aligned.
    ///
    /// They stay apart when every operand that has rows has them along the same axis of the result, and every other
    /// operand is 1 along it.
    static func broadcast(_ inputs: [RowAxis], facts: [Fact?]) -> RowAxis {
        guard inputs.contains(where: { $0 != .absent }) else { return .absent }
        for case .mixed(let reason) in inputs { return .mixed(reason) }
        var rank = 0
        for (index, fact) in facts.enumerated() where index < inputs.count {
            guard let fact else { continue }
            guard let own = fact.rank else { return .mixed("the rank of its input \(index) is unknown") }
            rank = max(rank, own)
        }
        var rowAxis: Int?
        for (index, input) in inputs.enumerated() {
            guard case .axis(let axis) = input, index < facts.count, let own = facts[index]?.rank else { continue }
            let aligned = axis + rank - own
            if let rowAxis, rowAxis != aligned { return .mixed("it aligns the rows of one input with another axis of the other") }
            rowAxis = aligned
        }
        guard let rowAxis else { return .absent }
        for (index, input) in inputs.enumerated() where input == .absent && index < facts.count {
            guard let dims = facts[index]?.dims else { continue }
            let own = rowAxis - (rank - dims.count)
            if own >= 0, dims[own] != .known(1) {
                return .mixed("its input \(index) has an extent of its own along the rows")
            }
        }
        return .axis(rowAxis)
    }
}
