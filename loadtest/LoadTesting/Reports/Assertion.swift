/// A condition on a run's result, such as `p99 < 5ms`, `errors == 0`, `errors < 0.1%` or `spike.p99 <= 20ms`.
public struct Assertion: Sendable, Hashable {
    public enum Metric: String, Sendable, CaseIterable {
        case p50, p75, p90, p95, p99, p999, p9999, max, min, mean
        case errors, wrong, timeouts, cancelled, requests, rps
        case rssGrowth = "rss_growth"
        case filesGrowth = "files_growth"
        /// How much a metric of the server rose: `server.NAME`.
        case serverMetric = "server"

        var isDuration: Bool {
            switch self {
            case .p50, .p75, .p90, .p95, .p99, .p999, .p9999, .max, .min, .mean: true
            default: false
            }
        }

        /// What the other names mean.
        static let synonyms: [String: Metric] = [
            "p99.9": .p999, "p99.99": .p9999, "failures": .errors, "requests_per_second": .rps, "throughput": .rps, "median": .p50,
            "wrong_answers": .wrong,
            "timed_out": .timeouts,
        ]
    }

    public enum Comparison: String, Sendable, CaseIterable {
        case atMost = "<=", atLeast = ">=", equal = "==", unequal = "!=", below = "<", above = ">"

        func holds(_ left: Double, _ right: Double) -> Bool {
            switch self {
            case .atMost: left <= right
            case .atLeast: left >= right
            case .equal: left == right
            case .unequal: left != right
            case .below: left < right
            case .above: left > right
            }
        }
    }

    public var text: String
    /// The phase or model it is about, or the server's metric; nil for the whole run.
    public var group: String?
    public var metric: Metric
    public var comparison: Comparison
    /// Nanoseconds, a count, or a share (0.01 for 1 %).
    public var value: Double
    public var isShare: Bool

    /// - Throws: `LoadError` that says what is not understood.
    public init(_ text: String) throws(LoadError) {
        let compact = text.filter { $0 != " " && $0 != "\t" }
        func wrong(_ what: String) -> LoadError { LoadError("'\(text)' is no assertion: \(what)") }
        guard let comparison = Comparison.allCases.first(where: { compact.contains($0.rawValue) }),
            let place = compact.firstRange(of: comparison.rawValue)
        else { throw wrong("it compares nothing; write, for example, p99 < 5ms") }
        var name = String(compact[..<place.lowerBound])
        group = nil
        if name.hasPrefix("server."), name.count > 7 {
            group = String(name.dropFirst(7))
            name = Metric.serverMetric.rawValue
        } else if Metric(rawValue: name) == nil, Metric.synonyms[name] == nil, let dot = name.firstIndex(of: ".") {
            group = String(name[..<dot])
            name = String(name[name.index(after: dot)...])
        }
        guard let metric = Metric(rawValue: name) ?? Metric.synonyms[name] else {
            throw wrong("'\(name)' is none of \(Metric.allCases.map { $0 == .serverMetric ? "server.METRIC" : $0.rawValue }.joined(separator: ", "))")
        }
        let right = String(compact[place.upperBound...])
        isShare = right.hasSuffix("%")
        if metric.isDuration {
            guard let nanos = DurationText.parse(right, bareUnit: "ms") else { throw wrong("'\(right)' is no duration such as 5ms") }
            value = Double(nanos)
        } else {
            guard let number = Double(isShare ? String(right.dropLast()) : right), number.isFinite else {
                throw wrong("'\(right)' is no number")
            }
            value = isShare ? number / 100 : number
        }
        self.text = text
        self.metric = metric
        self.comparison = comparison
    }

    /// Whether a result meets the condition, and what was found.
    public func evaluate(_ result: RunResult) -> AssertionOutcome {
        var chosen = result.total
        if let group, metric != .serverMetric {
            guard let found = (result.phases + result.models).first(where: { $0.name == group }) else {
                return AssertionOutcome(text: text, holds: false, found: "there is no phase or model '\(group)'")
            }
            chosen = found
        }
        let tally = chosen.tally
        if metric.isDuration {
            // Without an answer there is no latency to be proud of.
            guard tally.successes > 0 else { return AssertionOutcome(text: text, holds: false, found: "no request succeeded") }
            let found =
                switch metric {
                case .max: Double(tally.latency.max)
                case .min: Double(tally.latency.min)
                case .mean: tally.latency.mean
                default: Double(tally.latency.value(at: Percentiles.named.first { $0.name == metric.rawValue }?.quantile ?? 1))
                }
            return AssertionOutcome(text: text, holds: comparison.holds(found, value), found: DurationText.format(found))
        }
        let number: Double
        switch metric {
        case .errors: number = Double(tally.failureCount)
        case .wrong: number = Double(tally.failures[.wrongAnswer] ?? 0)
        case .timeouts: number = Double((tally.failures[.timedOut] ?? 0) + (tally.failures[.status(4)] ?? 0))
        case .cancelled: number = Double(tally.cancelled)
        case .requests: number = Double(tally.requests)
        case .rps: number = chosen.requestsPerSecond
        default:
            guard let server = result.server else {
                return AssertionOutcome(text: text, holds: false, found: "the server was not watched: give --server-pid or --server-metrics")
            }
            if metric == .serverMetric {
                guard let rise = server.rise(of: group ?? "") else {
                    return AssertionOutcome(text: text, holds: false, found: "the server has no metric '\(group ?? "")', or --server-metrics is missing")
                }
                return AssertionOutcome(text: text, holds: comparison.holds(rise, value), found: "rose by \(Decimals.significant(rise))")
            }
            guard !server.samples.isEmpty else {
                return AssertionOutcome(text: text, holds: false, found: "the server's metrics do not tell of its process")
            }
            if metric == .filesGrowth {
                number = server.filesGrowth
            } else {
                number = isShare ? server.residentGrowth : server.residentBytesGrowth
                let shown = isShare ? "\(Decimals.fixed(number * 100, 2)) %" : "\(Decimals.fixed(number, 0)) bytes"
                return AssertionOutcome(text: text, holds: comparison.holds(number, value), found: shown)
            }
        }
        let share = isShare ? (tally.requests == 0 ? 0 : number / Double(tally.requests)) : number
        let found = isShare ? "\(Decimals.fixed(share * 100, 3)) %" : Decimals.fixed(number, metric == .rps ? 1 : 0)
        return AssertionOutcome(text: text, holds: comparison.holds(share, value), found: found)
    }
}

/// What became of an assertion.
public struct AssertionOutcome: Sendable, Hashable {
    public var text: String
    public var holds: Bool
    public var found: String?
}
