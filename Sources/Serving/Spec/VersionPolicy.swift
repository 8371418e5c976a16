/// Which of the versions at hand serve.
public enum VersionPolicy: Sendable, Hashable {
    /// The highest numbers.
    case latest(Int)
    case all
    case specific([Int64])

    /// The versions of `available` that ought to serve, ascending.
    public func choose(from available: [Int64]) -> [Int64] {
        let ascending = Set(available).sorted()
        switch self {
        case .latest(let count): return Array(ascending.suffix(max(0, count)))
        case .all: return ascending
        case .specific(let wanted):
            let wanted = Set(wanted)
            return ascending.filter(wanted.contains)
        }
    }
}
