/// Looks for the highest rate at which a condition holds: doubles until it fails, then halves the gap.
///
/// Pure: results in, the next rate to try out.
public struct RateSearch: Sendable {
    /// The gap, as a share of the rate, at which the search ends.
    public var precision = 0.05
    public var maxTrials = 20
    /// The highest rate that was good, and the lowest that was not.
    public private(set) var good: Double?
    public private(set) var bad: Double?
    public private(set) var trials = 0
    private let first: Double
    private let ceiling: Double

    public init(from first: Double = 100, to ceiling: Double = 1_000_000) {
        self.first = first
        self.ceiling = ceiling
    }

    /// The next rate to try; nil when the search is over.
    public var next: Double? {
        guard trials < maxTrials else { return nil }
        switch (good, bad) {
        case (nil, nil): return first
        case (nil, let bad?): return bad > 1 ? bad / 2 : nil
        case (let good?, nil): return good >= ceiling ? nil : min(ceiling, good * 2)
        case (let good?, let bad?): return bad - good <= precision * good ? nil : (good + bad) / 2
        }
    }

    public mutating func note(rate: Double, isGood: Bool) {
        trials += 1
        if isGood {
            good = max(good ?? 0, rate)
        } else {
            bad = min(bad ?? .infinity, rate)
        }
    }
}
