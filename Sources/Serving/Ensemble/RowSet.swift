/// Some of the rows of a request, in ascending order.
struct RowSet: Sendable, Hashable {
    /// Ascending, below `total`.
    var rows: [Int]
    /// Rows that the request has.
    var total: Int

    func position(of row: Int) -> Int? {
        var (low, high) = (0, rows.count)
        while low < high {
            let middle = (low + high) / 2
            if rows[middle] < row { low = middle + 1 } else { high = middle }
        }
        return low < rows.count && rows[low] == row ? low : nil
    }

    /// Rows that both have.
    func intersection(_ other: RowSet) -> RowSet {
        RowSet(rows: rows.filter { other.position(of: $0) != nil }, total: total)
    }
}
