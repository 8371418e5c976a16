/// Reductions over windows and regions.
enum PoolOperators {
    static let all: [OperatorEntry] =
        MaxPool.entries + AveragePool.entries + LpPool.entries + GlobalPool.entries + MaxUnpool.entries + RegionAlign.entries
        + MaxRegionPool.entries
}
