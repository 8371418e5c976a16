import Client
import LoadTesting
import Testing

@Suite struct `Reports` {
    private func object(_ value: JSONValue?) throws -> [String: JSONValue] {
        guard case .object(let fields)? = value else { throw LoadError("not an object") }
        return fields
    }

    private func number(_ value: JSONValue?) -> Double? {
        switch value {
        case .integer(let number)?: Double(number)
        case .number(let number)?: number
        default: nil
        }
    }

    @Test func `the JSON has the fields that scripts rely on`() throws {
        let fields = try object(try JSONValue(parsing: Array(sampleResult().json.utf8)))
        #expect(number(fields["requests_per_second"]) == 99)
        #expect(number(fields["failures"]) == 1)
        #expect(number(fields["client_cpu_seconds"]) == 0.25)
        #expect(number(fields["requests"]) == 100)
        let latency = try object(fields["latency_ms"])
        for (name, value) in [("p50", 50.0), ("p90", 90), ("p99", 99), ("p999", 99), ("max", 99)] {
            let found = try #require(number(latency[name]))
            #expect((found - value).magnitude <= value / 1000, "\(name)")
        }
        #expect(try object(fields["failures_by_kind"])["wrong_answer"] == .integer(1))
        #expect(try object(fields["failure_samples"])["wrong_answer"] == .string("output 'y' is \"odd\""))
    }

    @Test func `a run without an answer is still a document`() throws {
        let fields = try object(try JSONValue(parsing: Array(sampleResult(LoopReport(phases: 1, recipes: 1)).json.utf8)))
        #expect(number(fields["requests_per_second"]) == 0)
        #expect(number(try object(fields["latency_ms"])["p99"]) == 0)
    }

    @Test func `a wrong answer, no answer or a broken assertion make a run unsound`() throws {
        var result = sampleResult()
        #expect(!result.isSound)
        #expect(!sampleResult(LoopReport(phases: 1, recipes: 1)).isSound)
        var histogram = Histogram()
        histogram.record(1_000_000)
        var report = LoopReport(phases: 1, recipes: 1)
        report.phases[0] = .sample(latency: histogram, failures: [.status(8): 3])
        result = sampleResult(report)
        #expect(result.isSound)
        result.assertions = [try Assertion("errors == 0").evaluate(result)]
        #expect(!result.isSound)
    }

    @Test func `the table names what failed and why`() {
        let table = sampleResult().table
        #expect(table.contains("wrong_answer"))
        #expect(table.contains("99 ok, 1 failed"))
    }

    @Test func `the page is whole and asks for nothing else`() {
        let page = HTMLReport(title: "a < b & \"c\"", results: [("", sampleResult())]).text
        #expect(page.hasPrefix("<!doctype html>"))
        #expect(page.contains("a &lt; b &amp; &quot;c&quot;"))
        #expect(page.contains("<svg"))
        for word in ["http:", "https:", "<script", "<link", "@import", "url("] { #expect(!page.contains(word)) }
    }

    @Test func `several runs are one page and one document`() throws {
        let report = TrialReport(kind: "sweep", condition: nil, best: nil, trials: [("1", sampleResult()), ("2", sampleResult())])
        let fields = try object(try JSONValue(parsing: Array(report.json.utf8)))
        guard case .array(let trials)? = fields["trials"] else { throw LoadError("no trials") }
        #expect(trials.count == 2)
        #expect(number(try object(trials[1])["concurrency"]) == 2)
        #expect(HTMLReport(title: "sweep", results: report.trials).text.contains("Latency over throughput"))
    }

    @Test func `the log has one line for the run, readable by index`() throws {
        let lines = sampleResult().histogramLog.split(separator: "\n")
        #expect(lines.first == "#[Histogram log format version 1.3]")
        let last = try #require(lines.last).split(separator: ",")
        #expect(last.count == 4)
        #expect(try decodeHistogramCounts(String(last[3])) == sampleResult().total.tally.latency.counts)
    }
}
