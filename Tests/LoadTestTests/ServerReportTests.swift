import LoadTesting
import Testing

@Suite struct `What a run does to the server` {
    private func report(_ bytes: [UInt64], files: [Int]? = nil) -> ServerReport {
        ServerReport(
            samples: bytes.enumerated().map { index, bytes in
                .init(nanos: UInt64(index) * 250_000_000, residentBytes: bytes, files: files?[index] ?? 10)
            })
    }

    @Test func `that fills its pools first and then stays is no growth`() {
        let bytes = (0..<40).map { UInt64(min(100, 20 + 10 * $0)) << 20 }
        #expect(report(bytes).residentGrowth == 0)
    }

    @Test func `that leaks is growth, and one moment is not`() {
        let leak = (0..<40).map { UInt64(100 + $0) << 20 }
        #expect(report(leak).residentGrowth > 0.15)
        var peak = [UInt64](repeating: 100 << 20, count: 40)
        peak[39] = 900 << 20
        #expect(report(peak).residentGrowth == 0)
    }

    @Test func `in a short run is from the first to the last`() {
        #expect(report([100, 110, 130], files: [5, 6, 8]).residentBytesGrowth == 30)
        #expect(report([100, 110, 130], files: [5, 6, 8]).filesGrowth == 3)
    }

    @Test func `is judged by its metrics too`() throws {
        let page = """
            # HELP martlet_wire_message_bytes Memory.
            # TYPE martlet_wire_message_bytes gauge
            martlet_wire_message_bytes 4096
            nv_inference_request_failure{model="a } b",version="1"} 2
            nv_inference_request_failure{model="c \\" }",version="1"} 3 1700000000
            broken
            """
        let values = MetricsScrape(text: page).values
        #expect(values == ["martlet_wire_message_bytes": 4096, "nv_inference_request_failure": 5])
        var result = sampleResult()
        result.server = ServerReport(samples: [], metricsAtStart: ["nv_inference_request_failure": 4], metricsAtEnd: values)
        #expect(try Assertion("server.nv_inference_request_failure == 1").evaluate(result).holds)
        #expect(try !Assertion("server.martlet_wire_message_bytes <= 0").evaluate(result).holds)
        #expect(try !Assertion("server.no_such_metric == 0").evaluate(result).holds)
        #expect(try !Assertion("rss_growth < 10%").evaluate(result).holds)
    }
}
