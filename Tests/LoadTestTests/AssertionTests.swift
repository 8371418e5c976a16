import LoadTesting
import Testing

@Suite struct `Assertions` {
    @Test(arguments: [
        ("p99 < 5ms", Assertion.Metric.p99, Assertion.Comparison.below, 5e6), ("p99.9<=1.5s", .p999, .atMost, 1.5e9),
        ("max < 250", .max, .below, 250e6),
        ("errors == 0", .errors, .equal, 0), ("failures < 0.1%", .errors, .below, 0.001), ("rps >= 10000", .rps, .atLeast, 10_000),
        ("throughput > 5", .rps, .above, 5), ("median < 20us", .p50, .below, 20_000), ("rss_growth < 5%", .rssGrowth, .below, 0.05),
        ("files_growth == 0", .filesGrowth, .equal, 0), ("wrong != 1", .wrong, .unequal, 1),
    ]) func `are read`(text: String, metric: Assertion.Metric, comparison: Assertion.Comparison, value: Double) throws {
        let assertion = try Assertion(text)
        #expect(assertion.metric == metric)
        #expect(assertion.comparison == comparison)
        #expect((assertion.value - value).magnitude <= value * 1e-12)
        #expect(assertion.group == nil)
    }

    @Test func `may be about one phase or model`() throws {
        let assertion = try Assertion("spike.p99.9 < 20ms")
        #expect(assertion.group == "spike")
        #expect(assertion.metric == .p999)
    }

    @Test(arguments: [
        ("p99", "compares nothing"), ("p98 < 5ms", "'p98'"), ("p99 < fast", "'fast' is no duration"),
        ("errors == none", "'none' is no number"),
        ("", "compares nothing"), ("p99 < ", "'' is no duration"), ("p99 < -1ms", "no duration"),
    ]) func `that are not understood say why`(text: String, reason: String) {
        let error = #expect(throws: LoadError.self) { try Assertion(text) }
        #expect(error?.message.contains(reason) == true, "\(error?.message ?? "")")
    }

    @Test func `hold or do not, and tell what was found`() throws {
        let result = sampleResult()
        func outcome(_ text: String) throws -> AssertionOutcome { try Assertion(text).evaluate(result) }
        #expect(try outcome("p50 <= 50.1ms").holds)
        #expect(try !outcome("p50 < 50ms").holds)
        #expect(try outcome("p50 < 50ms").found?.hasPrefix("50.0 ms") == true)
        #expect(try outcome("errors == 1").holds)
        #expect(try outcome("errors <= 1%").holds)
        #expect(try !outcome("errors < 1%").holds)
        #expect(try !outcome("errors < 0.5%").holds)
        #expect(try outcome("wrong == 1").holds)
        #expect(try outcome("rps == 99").holds)
        #expect(try !outcome("nowhere.p99 < 1s").holds)
        #expect(try !outcome("rss_growth < 5%").holds)
    }

    @Test func `about latencies do not hold when nothing succeeded`() throws {
        let report = LoopReport(phases: 1, recipes: 1)
        let outcome = try Assertion("p99 < 5ms").evaluate(sampleResult(report))
        #expect(!outcome.holds)
    }
}
