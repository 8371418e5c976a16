/// Counts of values by size, with a bounded relative error: the layout of HdrHistogram.
///
/// Values are nanoseconds here. Recording is O(1), allocates nothing and never fails: values above the largest are counted as
/// the largest. Histograms of one precision can be added. Not thread-safe.
///
/// A type of its own and not a package: it is merged across event loops, kept in a compact form per interval, and written in
/// the exchange format of HdrHistogram, all of which need the counts by their index.
public struct Histogram: Sendable, Hashable {
    /// Decimal digits that a value keeps: 2 or 3.
    public let digits: Int
    /// 2^this is the number of slots in the upper half of a bucket.
    private let halfMagnitude: Int
    public private(set) var counts: [UInt32]
    /// Values recorded.
    public private(set) var count: UInt64 = 0
    private var sum: Double = 0
    /// The smallest and the largest value recorded; 0 when there is none.
    public private(set) var min: UInt64 = 0
    public private(set) var max: UInt64 = 0

    /// The largest value that keeps its size: 73 minutes.
    public static let largest: UInt64 = (1 << 42) - 1

    public init(digits: Int = 3) {
        precondition(digits == 2 || digits == 3, "a histogram keeps 2 or 3 digits")
        self.digits = digits
        halfMagnitude = digits == 3 ? 10 : 7
        let buckets = 42 - (halfMagnitude + 1) + 1
        counts = Array(repeating: 0, count: (buckets + 1) << halfMagnitude)
    }

    /// Counts `value`, `times` times.
    public mutating func record(_ value: UInt64, times: UInt32 = 1) {
        guard times > 0 else { return }
        let kept = Swift.min(value, Self.largest)
        let index = index(of: kept)
        // Four billion of one value: it stays there.
        let (total, overflow) = counts[index].addingReportingOverflow(times)
        counts[index] = overflow ? .max : total
        min = count == 0 ? kept : Swift.min(min, kept)
        max = Swift.max(max, kept)
        count &+= UInt64(times)
        sum += Double(kept) * Double(times)
    }

    /// Adds what another histogram of the same precision has counted.
    public mutating func add(_ other: Histogram) {
        precondition(digits == other.digits, "histograms of different precision cannot be added")
        guard other.count > 0 else { return }
        for index in counts.indices {
            let (total, overflow) = counts[index].addingReportingOverflow(other.counts[index])
            counts[index] = overflow ? .max : total
        }
        min = count == 0 ? other.min : Swift.min(min, other.min)
        max = Swift.max(max, other.max)
        count &+= other.count
        sum += other.sum
    }

    /// The mean of all values; 0 when there is none.
    public var mean: Double { count == 0 ? 0 : sum / Double(count) }

    /// The standard deviation, of the values as the slots keep them.
    public var standardDeviation: Double {
        guard count > 0 else { return 0 }
        var squares = 0.0
        for index in counts.indices where counts[index] > 0 {
            let distance = Double(lowest(index)) - mean
            squares += distance * distance * Double(counts[index])
        }
        return (squares / Double(count)).squareRoot()
    }

    /// The value that `quantile` (0…1) of all values do not exceed, as the upper end of its slot; 0 when there is none.
    public func value(at quantile: Double) -> UInt64 {
        guard count > 0 else { return 0 }
        let wanted = Swift.max(1, UInt64((Swift.min(Swift.max(quantile, 0), 1) * Double(count)).rounded(.up)))
        var seen: UInt64 = 0
        for index in counts.indices {
            seen &+= UInt64(counts[index])
            if seen >= wanted { return Swift.min(highest(index), max) }
        }
        return max
    }

    /// How many values are above `value`, to the precision of a slot.
    public func count(above value: UInt64) -> UInt64 {
        let start = index(of: Swift.min(value, Self.largest)) + 1
        return counts[start...].reduce(0) { $0 &+ UInt64($1) }
    }

    @inline(__always)
    private func index(of value: UInt64) -> Int {
        let bucket = Int.bitWidth - (value | ((2 << UInt64(halfMagnitude)) - 1)).leadingZeroBitCount - (halfMagnitude + 1)
        let sub = Int(value >> UInt64(bucket))
        return ((bucket + 1) << halfMagnitude) + sub - (1 << halfMagnitude)
    }

    /// The smallest value of a slot.
    public func lowest(_ index: Int) -> UInt64 {
        let (sub, bucket) = place(index)
        return UInt64(sub) << UInt64(bucket)
    }

    /// The largest value of a slot.
    public func highest(_ index: Int) -> UInt64 {
        let (_, bucket) = place(index)
        return lowest(index) + (1 << UInt64(bucket)) - 1
    }

    private func place(_ index: Int) -> (sub: Int, bucket: Int) {
        let half = 1 << halfMagnitude
        let bucket = (index >> halfMagnitude) - 1
        return bucket < 0 ? (index, 0) : ((index & (half - 1)) + half, bucket)
    }
}
