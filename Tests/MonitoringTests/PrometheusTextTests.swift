import Monitoring
import Testing

@Suite struct `Prometheus text` {
    @Test func `a counter with labels`() {
        let family = MetricFamily(
            name: "martlet_requests_total", help: "Requests.", kind: .counter,
            samples: [.init(labels: [("model", "iris"), ("version", "1")], .integer(5)), .init(.integer(7))])
        #expect(
            PrometheusText.render([family]) == """
                # HELP martlet_requests_total Requests.
                # TYPE martlet_requests_total counter
                martlet_requests_total{model="iris",version="1"} 5
                martlet_requests_total 7

                """)
    }

    @Test func `a histogram is cumulative and ends in infinity`() {
        let histogram = Histogram()
        histogram.record(1)
        histogram.record(3)
        histogram.record(100)
        let family = MetricFamily(
            name: "rows", help: "Rows.", kind: .histogram, samples: [.init(labels: [("a", "b")], .sizes(histogram.snapshot, highest: 2))])
        #expect(
            PrometheusText.render([family]) == """
                # HELP rows Rows.
                # TYPE rows histogram
                rows_bucket{a="b",le="1"} 0
                rows_bucket{a="b",le="2"} 1
                rows_bucket{a="b",le="4"} 2
                rows_bucket{a="b",le="+Inf"} 3
                rows_sum{a="b"} 104
                rows_count{a="b"} 3

                """)
    }

    @Test func `what would break a line is escaped`() {
        let family = MetricFamily(
            name: "x", help: "one\ntwo \\ three", kind: .gauge, samples: [.init(labels: [("l", "a\"b\\c\nd")], .number(.nan))])
        #expect(PrometheusText.render([family]) == "# HELP x one\\ntwo \\\\ three\n# TYPE x gauge\nx{l=\"a\\\"b\\\\c\\nd\"} NaN\n")
    }

    @Test func `numbers are written so that they read back`() {
        let family = MetricFamily(
            name: "x", help: "h", kind: .gauge,
            samples: [.init(.number(0.1)), .init(.number(1e20)), .init(.number(-.infinity)), .init(.number(3)), .init(.integer(.max))])
        #expect(PrometheusText.render([family]).split(separator: "\n").dropFirst(2).map(String.init) == [
            "x 0.1", "x 1e+20", "x -Inf", "x 3", "x 18446744073709551615",
        ])
    }

    @Test func `families of one name from several collectors become one`() {
        let registry = MetricRegistry()
        registry.register { [MetricFamily(name: "a", help: "h", kind: .gauge, samples: [.init(.integer(1))])] }
        let second = registry.register { [MetricFamily(name: "b", help: "h", kind: .gauge, samples: [.init(.integer(2))]), MetricFamily(name: "a", help: "h", kind: .gauge, samples: [.init(.integer(3))])] }
        #expect(registry.render() == "# HELP a h\n# TYPE a gauge\na 1\na 3\n# HELP b h\n# TYPE b gauge\nb 2\n")
        registry.remove(second)
        #expect(registry.render() == "# HELP a h\n# TYPE a gauge\na 1\n")
        #expect(registry.render { $0.hasPrefix("z") } == "")
    }

    @Test func `a family without samples is left out`() {
        #expect(PrometheusText.render([MetricFamily(name: "a", help: "h", kind: .gauge)]) == "")
    }
}
