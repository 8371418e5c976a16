import Monitoring
import Testing

@Suite struct `a histogram` {
    @Test func `counts and sums`() {
        let histogram = Histogram()
        for size in [0, 1, 2, 3, 4, 1000, 1_000_000, -5] as [Int64] { histogram.record(size) }
        #expect(histogram.snapshot.count == 8)
        #expect(histogram.snapshot.sum == 1_001_010)
    }

    @Test func `knows quantiles to a fifth`() {
        let histogram = Histogram()
        for size in 1...10_000 as ClosedRange<Int64> { histogram.record(size * 37) }
        for share in [0.01, 0.1, 0.5, 0.9, 0.99, 0.999, 1] {
            let exact = share * 370_000
            let found = histogram.snapshot.quantile(share)
            #expect(found > exact * 0.8 && found < exact * 1.2, "\(share): \(found), exact \(exact)")
        }
        #expect(Histogram().snapshot.quantile(0.5) == 0)
    }

    @Test func `cumulative buckets hold what is below their bounds`() {
        let histogram = Histogram()
        for size in 0..<2000 as Range<Int64> { histogram.record(size) }
        for (bound, count) in histogram.snapshot.cumulative(lowest: 0, highest: 12) {
            #expect(count == min(bound, 2000), "below \(bound)")
        }
    }

    @Test func `the largest sizes have a place`() {
        let histogram = Histogram()
        histogram.record(.max)
        histogram.record(1 << 50)
        #expect(histogram.snapshot.count == 2)
        #expect(histogram.snapshot.quantile(1) > 1e12)
    }

    @Test func `threads lose nothing`() async {
        let histogram = Histogram()
        let counter = Counter()
        let sharded = ShardedCounter(shards: 3)
        await withTaskGroup(of: Void.self) { group in
            for task in 0..<8 {
                group.addTask {
                    for size in 0..<10_000 as Range<Int64> {
                        histogram.record(size)
                        counter.add()
                        sharded.add(2, shard: task)
                    }
                }
            }
        }
        #expect(histogram.snapshot.count == 80_000)
        #expect(counter.value == 80_000)
        #expect(sharded.value == 160_000)
    }
}
