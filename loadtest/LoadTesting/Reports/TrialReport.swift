internal import Client

/// Several runs beside each other: a search or a sweep.
public struct TrialReport: Sendable {
    public var kind: String
    public var condition: String?
    public var best: Double?
    public var trials: [(String, RunResult)]

    public init(kind: String, condition: String?, best: Double?, trials: [(String, RunResult)]) {
        self.kind = kind
        self.condition = condition
        self.best = best
        self.trials = trials
    }

    public var json: String {
        var writer = JSONWriter()
        writer.object { json in
            json.string("kind", kind)
            if let condition {
                json.string("condition", condition)
                if let best { json.number("best_requests_per_second", best) } else { json.null("best_requests_per_second") }
            }
            json.array("trials") {
                for (label, result) in trials {
                    $0.object { trial in
                        trial.number(kind == "sweep" ? "concurrency" : "rate", Double(label) ?? 0)
                        result.write(into: &trial)
                    }
                }
            }
        }
        return writer.text + "\n"
    }

    public var table: String {
        var table = TextTable(
            kind == "sweep" ? "concurrency" : "rate", "requests/s", "p50 ms", "p90 ms", "p99 ms", "p99.9 ms", "failed", "client CPU s")
        for (label, result) in trials {
            func cell(_ quantile: Double) -> String { Decimals.fixed(Double(result.total.tally.latency.value(at: quantile)) / 1e6, 3) }
            table.append(
                label, Decimals.fixed(result.requestsPerSecond, 0), cell(0.5), cell(0.9), cell(0.99), cell(0.999), "\(result.failures)",
                Decimals.fixed(Double(result.clientCPUNanos) / 1e9, 2))
        }
        return table.rendered()
    }
}
