internal import Synchronization

/// How often which size came: counts in buckets that grow with the size, four an octave, so that any quantile is known to a fifth.
///
/// Any thread records without a lock, in a few nanoseconds. Sizes are whole numbers of any unit: nanoseconds, rows, bytes.
public final class Histogram: Sendable {
    /// Buckets for sizes below 2^42: over an hour in nanoseconds. Larger ones count as that.
    static let bucketCount = 4 + 40 * 4

    // Atomics side by side; allocated with the histogram and freed with it, never moved: that is what `unsafe` rests on.
    private nonisolated(unsafe) let counts: UnsafeMutablePointer<Atomic<UInt64>>
    private let total = Atomic<UInt64>(0)

    public init() {
        counts = .allocate(capacity: Self.bucketCount)
        for bucket in 0..<Self.bucketCount { (counts + bucket).initialize(to: Atomic(0)) }
    }

    deinit {
        counts.deinitialize(count: Self.bucketCount)
        counts.deallocate()
    }

    /// The bucket of a size: 0 to 3 have one each, then each octave has four.
    static func bucket(of size: UInt64) -> Int {
        if size < 4 { return Int(size) }
        let octave = UInt64.bitWidth - 1 - size.leadingZeroBitCount
        let quarter = Int((size >> UInt64(octave - 2)) & 3)
        return min(bucketCount - 1, 4 + (octave - 2) * 4 + quarter)
    }

    /// The least size past `bucket`.
    static func upperBound(of bucket: Int) -> UInt64 {
        if bucket < 4 { return UInt64(bucket) + 1 }
        let octave = (bucket - 4) / 4
        return UInt64(4 + (bucket - 4) % 4 + 1) << UInt64(octave)
    }

    public func record(_ size: Int64) {
        let size = UInt64(max(0, size))
        counts[Self.bucket(of: size)].wrappingAdd(1, ordering: .relaxed)
        total.wrappingAdd(size, ordering: .relaxed)
    }

    public var snapshot: Snapshot {
        Snapshot(counts: (0..<Self.bucketCount).map { counts[$0].load(ordering: .relaxed) }, sum: total.load(ordering: .relaxed))
    }

    /// The counts at one moment.
    public struct Snapshot: Sendable {
        let counts: [UInt64]
        public let sum: UInt64

        public var count: UInt64 { counts.reduce(0, &+) }

        /// The size that `share` of all sizes do not exceed, to a fifth; 0 when there are none.
        public func quantile(_ share: Double) -> Double {
            let count = self.count
            guard count > 0 else { return 0 }
            let wanted = max(1, (min(max(share, 0), 1) * Double(count)).rounded(.up))
            var seen: UInt64 = 0
            for (bucket, number) in counts.enumerated() where number > 0 {
                seen &+= number
                guard Double(seen) >= wanted else { continue }
                let high = Double(Histogram.upperBound(of: bucket))
                let low = bucket == 0 ? 0 : Double(Histogram.upperBound(of: bucket - 1))
                // Straight within the bucket: the best guess without knowing more.
                return low + (high - low) * (1 - (Double(seen) - wanted) / Double(number))
            }
            return Double(Histogram.upperBound(of: counts.count - 1))
        }

        /// Counts of sizes up to each power of two from `2^lowest` to `2^highest`, as Prometheus wants them: cumulative.
        public func cumulative(lowest: Int, highest: Int) -> [(bound: UInt64, count: UInt64)] {
            var result: [(bound: UInt64, count: UInt64)] = []
            var seen: UInt64 = 0
            var bucket = 0
            for power in lowest...max(lowest, highest) {
                let bound = UInt64(1) << UInt64(power)
                while bucket < counts.count, Histogram.upperBound(of: bucket) <= bound {
                    seen &+= counts[bucket]
                    bucket += 1
                }
                result.append((bound, seen))
            }
            return result
        }
    }
}
