internal import Tensors

/// The numbers of several texts as tensors: a row each, as many places as the longest has.
enum TokenRows {
    /// The texts of a step's input: one a row.
    static func texts(_ x: Tensor) throws(ServingError) -> [String] {
        guard x.shape.rank > 0, x.count == x.shape[0] else {
            throw ServingError(.invalidArgument, "a tensor of shape \(x.shape) has not one text a row")
        }
        return x.strings.map(\.string)
    }

    static func check(_ facts: TensorFacts) throws(ServingError) {
        try facts.requireText()
        if let dims = facts.dims, dims.isEmpty || dims.dropFirst().contains(where: { $0 > 1 }) {
            throw ServingError(.invalidArgument, "it is \(facts), and the step takes one text a row")
        }
    }

    /// The numbers, padded, and which of them are there.
    static func tensors(_ rows: [[Int64]], padding: Int64) throws(ServingError) -> (ids: Tensor, mask: Tensor) {
        let longest = rows.map(\.count).max() ?? 0
        guard let shape = Shape(checking: [rows.count, longest]) else { throw ServingError(.resourceExhausted, "the texts are too many") }
        var ids: [Int64] = []
        var mask: [Int64] = []
        for row in rows {
            ids += row + Array(repeating: padding, count: longest - row.count)
            mask += Array(repeating: 1, count: row.count) + Array(repeating: 0, count: longest - row.count)
        }
        return (Tensor(ids, dataType: .int64, shape: shape), Tensor(mask, dataType: .int64, shape: shape))
    }
}
