extension RunResult {
    /// The document that `--json` writes. Its fields are a contract: see README.md.
    public var json: String {
        var writer = JSONWriter()
        writer.object { write(into: &$0) }
        return writer.text + "\n"
    }

    func write(into json: inout JSONWriter) {
        json.string("target", target)
        json.string("mode", mode)
        json.number("connections", connections)
        json.number("streams", streams)
        json.number("threads", loops)
        json.number("duration_seconds", Double(measuredNanos) / 1e9)
        json.number("warmup_seconds", Double(warmupNanos) / 1e9)
        if let offeredPerSecond { json.number("offered_requests_per_second", offeredPerSecond) }
        Self.write(total, into: &json)
        json.number("client_cpu_seconds", Double(clientCPUNanos) / 1e9, places: 6)
        json.number("client_loop_share", busiestLoop)
        json.number("client_wait_share", longestWait)
        json.bool("client_is_bottleneck", busiestLoop > 0.9)
        if let server {
            json.object("server") {
                $0.number("rss_start_bytes", server.residentBytesAtStart)
                $0.number("rss_end_bytes", server.residentBytesAtEnd)
                $0.number("rss_peak_bytes", server.residentBytesPeak)
                $0.number("rss_growth_bytes", server.residentBytesGrowth)
                $0.number("files_start", server.filesAtStart)
                $0.number("files_end", server.filesAtEnd)
                $0.number("cpu_seconds", Double(server.cpuNanos) / 1e9)
                $0.number("files_growth", server.filesGrowth)
                $0.array("samples") {
                    for sample in server.samples {
                        $0.object {
                            $0.number("seconds", Double(sample.nanos) / 1e9)
                            $0.number("rss_bytes", sample.residentBytes)
                            $0.number("files", sample.files)
                        }
                    }
                }
                if !server.metricsAtEnd.isEmpty {
                    $0.object("metrics_rise") {
                        for name in server.metricsAtEnd.keys.sorted() { $0.number(name, server.rise(of: name) ?? 0, places: 6) }
                    }
                }
                let answered = max(1, total.tally.successesInTime)
                $0.number("cpu_us_per_request", Double(server.cpuNanos) / 1e3 / Double(answered))
            }
        }
        if phases.count > 1 { Self.write("phases", phases, into: &json) }
        if !models.isEmpty { Self.write("models", models, into: &json) }
        json.number("interval_seconds", Double(intervalNanos) / 1e9)
        json.array("intervals") {
            for (index, interval) in intervals.enumerated() {
                $0.object {
                    $0.number("start_seconds", Double(intervalNanos) * Double(index) / 1e9)
                    $0.number("requests", interval.successes)
                    $0.number("failures", interval.failures)
                    if let latency = interval.latency {
                        $0.number("p50_ms", Double(latency.value(at: 0.5)) / 1e6, places: 6)
                        $0.number("p99_ms", Double(latency.value(at: 0.99)) / 1e6, places: 6)
                        $0.number("max_ms", Double(latency.max) / 1e6, places: 6)
                    }
                }
            }
        }
        json.array("assertions") {
            for outcome in assertions {
                $0.object {
                    $0.string("assertion", outcome.text)
                    $0.bool("holds", outcome.holds)
                    if let found = outcome.found { $0.string("found", found) }
                }
            }
        }
        json.array("warnings") { for warning in warnings { $0.string(nil, warning) } }
    }

    private static func write(_ key: String, _ groups: [Group], into json: inout JSONWriter) {
        json.array(key) {
            for group in groups {
                $0.object {
                    $0.string("name", group.name)
                    $0.number("duration_seconds", Double(group.nanos) / 1e9)
                    write(group, into: &$0)
                }
            }
        }
    }

    private static func write(_ group: Group, into json: inout JSONWriter) {
        let tally = group.tally
        json.number("requests", tally.requests)
        json.number("successes", tally.successes)
        json.number("failures", tally.failureCount)
        json.number("cancelled", tally.cancelled)
        json.number("requests_per_second", group.requestsPerSecond)
        json.object("failures_by_kind") {
            for (kind, count) in tally.failures.sorted(by: { $0.key.name < $1.key.name }) { $0.number(kind.name, count) }
        }
        json.object("failure_samples") {
            for (kind, text) in tally.samples.sorted(by: { $0.key.name < $1.key.name }) { $0.string(kind.name, text) }
        }
        json.object("latency_ms") {
            let latency = tally.latency
            for (name, quantile) in Percentiles.named { $0.number(name, Double(latency.value(at: quantile)) / 1e6, places: 6) }
            $0.number("max", Double(latency.max) / 1e6, places: 6)
            $0.number("min", Double(latency.min) / 1e6, places: 6)
            $0.number("mean", latency.mean / 1e6, places: 6)
            $0.number("stddev", latency.standardDeviation / 1e6, places: 6)
        }
    }
}

/// The percentiles that reports have, by the names that JSON and assertions use.
enum Percentiles {
    static let named: [(name: String, quantile: Double)] = [
        ("p50", 0.5), ("p75", 0.75), ("p90", 0.9), ("p95", 0.95), ("p99", 0.99), ("p999", 0.999), ("p9999", 0.9999),
    ]
}
