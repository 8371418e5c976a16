import Serving
import Synchronization
import Testing

@Suite struct `watching requests` {
    /// A watch and what it has reported.
    final class Ears: Sendable {
        private let heard = Mutex<[RequestWatch.Report]>([])
        var reports: [RequestWatch.Report] { heard.withLock { $0 } }
        func hear(_ report: RequestWatch.Report) { heard.withLock { $0.append(report) } }
    }

    static func harness(_ model: String, slowNanos: Int64) -> (Harness, RequestWatch, Ears) {
        let ears = Ears()
        let watch = RequestWatch(slowNanos: slowNanos) { ears.hear($0) }
        return (Harness(["m/1/model.test": model]) { $0.watch = watch }, watch, ears)
    }

    @Test func `a slow request is reported with its times`() throws {
        let (harness, _, ears) = Self.harness("micros 20000\nend\n", slowNanos: 10_000_000)
        _ = harness.ask("m", rows: [[1, 1]]) {
            $0.id = Name("seven")
            $0.traceContext = TraceContext(traceparent: "00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01")
        }
        let report = try #require(ears.reports.first)
        #expect(report.isSlow)
        #expect(report.model == "m" && report.version == 1 && report.id == "seven")
        #expect(report.trace?.parentID == "00f067aa0ba902b7")
        #expect(report.timing.computeNanos >= 20_000_000 && report.timing.totalNanos >= report.timing.computeNanos)
    }

    @Test func `a quick one is not, unless all are`() {
        let (harness, watch, ears) = Self.harness("end\n", slowNanos: 10_000_000_000)
        _ = harness.ask("m", rows: [[1, 1]])
        #expect(ears.reports.isEmpty)
        watch.seesAll = true
        _ = harness.ask("m", rows: [[1, 1]])
        #expect(ears.reports.map(\.isSlow) == [false])
        watch.seesAll = false
        _ = harness.ask("m", rows: [[1, 1]])
        #expect(ears.reports.count == 1)
    }

    @Test func `a failure of ours is reported, one of the caller's is not`() {
        let (harness, _, ears) = Self.harness("fails\nend\n", slowNanos: .max)
        _ = harness.ask("m", rows: [[1, 1]])
        #expect(ears.reports.map { $0.error?.message } == ["this model always fails"])
        _ = harness.ask("m", rows: [[1, 1, 1]])
        #expect(ears.reports.count == 1)
    }
}
