/// Attention keeps the entries of its batch apart: the first axis of everything that has one.
enum AttentionRows {
    /// - Parameters:
    ///   - batched: inputs whose first axis is the batch.
    ///   - broadcast: inputs whose fourth axis from the right is the batch, if they have it.
    static func find(_ inputs: [RowAxis], _ facts: [Fact?], batched: [Int], broadcast: [Int]) -> RowAxis {
        var found = false
        for (index, axis) in inputs.enumerated() where axis != .absent {
            if case .mixed = axis { return axis }
            let isBatch = batched.contains(index) || broadcast.contains(index) && facts[index]?.rank == 4
            guard isBatch, axis == .axis(0) else { return .mixed("it combines rows") }
            found = true
        }
        guard found else { return .absent }
        for index in inputs.indices where inputs[index] == .absent && facts[index] != nil {
            if batched.contains(index) { return .mixed("an input has an entry for each row of a fixed batch") }
            if broadcast.contains(index), let dims = facts[index]?.dims, dims.count == 4 ? dims[0] != 1 : false {
                return .mixed("its mask differs from row to row")
            }
        }
        return .axis(0)
    }
}
