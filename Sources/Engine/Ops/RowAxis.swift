/// Where the rows of a batch, one request's beside another's, lie in a value.
public enum RowAxis: Sendable, Hashable {
    /// The value is the same whoever shares the batch.
    case absent
    /// Slice `r` along this axis belongs to row `r` and depends on no other row.
    case axis(Int)
    /// Rows can no longer be told apart; the reason completes "the node … cannot be batched because …".
    case mixed(String)
}
