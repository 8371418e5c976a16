import Batching
import Testing

@Suite struct `the latency curve` {
    @Test func `knows nothing before the first run`() {
        let curve = LatencyCurve()
        #expect(curve.expectedNanos(rows: 1) == nil)
        #expect(curve.efficientRows(limit: 32) == 32)
    }

    @Test func `follows a line between the sizes it has seen`() {
        var curve = LatencyCurve()
        for _ in 0..<50 {
            curve.record(rows: 1, runNanos: 1_000)
            curve.record(rows: 8, runNanos: 8_000)
        }
        #expect(curve.expectedNanos(rows: 1) == 1_000)
        #expect(curve.expectedNanos(rows: 4)! > 3_500 && curve.expectedNanos(rows: 4)! < 4_500)
        #expect(curve.expectedNanos(rows: 32)! > 31_000 && curve.expectedNanos(rows: 32)! < 33_000)
    }

    @Test(arguments: 1...20) func `never falls with more rows`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var curve = LatencyCurve()
        for _ in 0..<200 {
            curve.record(rows: Int.random(in: 1...3000, using: &random), runNanos: Int64.random(in: 1...1_000_000, using: &random))
        }
        var last: Int64 = 0
        for rows in 1...5000 {
            let expected = curve.expectedNanos(rows: rows)!
            #expect(expected >= last)
            #expect(curve.optimisticNanos(rows: rows)! <= expected)
            #expect(curve.cautiousNanos(rows: rows)! >= expected)
            last = expected
        }
    }

    @Test func `forgets what it learnt when the machine changes`() {
        var curve = LatencyCurve()
        for _ in 0..<100 { curve.record(rows: 4, runNanos: 1_000) }
        for _ in 0..<100 { curve.record(rows: 4, runNanos: 3_000) }
        #expect(curve.expectedNanos(rows: 4)! > 2_800)
    }

    @Test func `is not rewritten by one run that was held up`() {
        var curve = LatencyCurve()
        for _ in 0..<100 { curve.record(rows: 4, runNanos: 1_000) }
        curve.record(rows: 4, runNanos: 1_000_000)
        #expect(curve.expectedNanos(rows: 4)! < 1_200)
    }

    @Test func `takes absurd numbers`() {
        var curve = LatencyCurve()
        curve.record(rows: 0, runNanos: -5)
        curve.record(rows: 1 << 40, runNanos: 1 << 60)
        #expect(curve.expectedNanos(rows: 1 << 50)! > 0)
    }
}
