/// One HTML file that needs nothing else: numbers, and curves as SVG.
public struct HTMLReport: Sendable {
    public var title: String
    /// Runs, each with a label; one run needs none.
    public var results: [(String, RunResult)]

    public init(title: String, results: [(String, RunResult)]) {
        self.title = title
        self.results = results
    }

    public var text: String {
        var body = "<h1>\(Self.escaped(title))</h1>\n"
        if results.count == 1, let result = results.first?.1 {
            body += summary(result) + time(result)
        } else {
            body += overview
        }
        body += distribution
        return """
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>\(Self.escaped(title))</title>
            <style>
            :root{--ink:#1b1f24;--dim:#6a737d;--line:#d8dee4;--back:#fff;--a:#0b62a8;--b:#c2410c;--c:#6d28d9;--bad:#b91c1c;--good:#15803d}
            @media(prefers-color-scheme:dark){:root{--ink:#e6edf3;--dim:#8b949e;--line:#30363d;--back:#0d1117;--a:#58a6ff;--b:#f0883e;--c:#bc8cff;--bad:#f85149;--good:#3fb950}}
            body{font:15px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--back);max-width:980px;margin:2rem auto;padding:0 1rem}
            h1{font-size:1.4rem;margin:0 0 1rem}h2{font-size:1.05rem;margin:2rem 0 .5rem}
            table{border-collapse:collapse;margin:.5rem 0}td,th{padding:.2rem .9rem .2rem 0;text-align:right;font-variant-numeric:tabular-nums}
            td:first-child,th:first-child{text-align:left}th{color:var(--dim);font-weight:500;border-bottom:1px solid var(--line)}
            .cards{display:flex;flex-wrap:wrap;gap:1.8rem;margin:1rem 0}.cards b{display:block;font-size:1.35rem;font-variant-numeric:tabular-nums}.cards span{color:var(--dim)}
            .bad{color:var(--bad)}.good{color:var(--good)}p.note{color:var(--dim)}
            svg{width:100%;height:auto;display:block}svg text{font-size:11px;fill:var(--dim)}svg .grid{stroke:var(--line);stroke-width:1}
            svg .s0{stroke:var(--a)}svg .s1{stroke:var(--b)}svg .s2{stroke:var(--c)}svg .bars{fill:var(--a);opacity:.18}svg path{fill:none;stroke-width:1.8}
            svg .k0{fill:var(--a)}svg .k1{fill:var(--b)}svg .k2{fill:var(--c)}
            </style></head><body>
            \(body)</body></html>

            """
    }

    private func summary(_ result: RunResult) -> String {
        let tally = result.total.tally
        func card(_ value: String, _ name: String, _ kind: String = "") -> String {
            "<div><b class=\"\(kind)\">\(value)</b><span>\(name)</span></div>"
        }
        var text =
            "<p class=\"note\">\(Self.escaped(result.target)), \(result.mode) loop, \(result.connections) connections × \(result.streams) streams, \(result.loops) event loops, "
        text += "\(DurationText.format(Double(result.measuredNanos)))</p>\n<div class=\"cards\">"
        text += card(Decimals.grouped(result.requestsPerSecond), "requests/s")
        if let offered = result.offeredPerSecond { text += card(Decimals.grouped(offered), "offered/s") }
        for (name, quantile) in [("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("p99.9", 0.999)] {
            text += card(DurationText.format(Double(tally.latency.value(at: quantile))), name)
        }
        text += card(DurationText.format(Double(tally.latency.max)), "max")
        text += card("\(result.failures)", "failures", result.failures == 0 ? "good" : "bad")
        text += card("\(Decimals.fixed(Double(result.clientCPUNanos) / 1e9, 2)) s", "client CPU") + "</div>\n"
        for warning in result.warnings { text += "<p class=\"bad\">\(Self.escaped(warning))</p>\n" }
        for outcome in result.assertions {
            text +=
                "<p class=\"\(outcome.holds ? "good" : "bad")\">\(outcome.holds ? "holds" : "fails"): \(Self.escaped(outcome.text))\(outcome.found.map { " (\(Self.escaped($0)))" } ?? "")</p>\n"
        }
        if !tally.failures.isEmpty {
            text += "<table><tr><th>failure</th><th>count</th><th>for example</th></tr>"
            for (kind, count) in tally.failures.sorted(by: { $0.value > $1.value }) {
                text += "<tr><td>\(kind.name)</td><td>\(count)</td><td>\(Self.escaped(tally.samples[kind] ?? ""))</td></tr>"
            }
            text += "</table>\n"
        }
        for (name, groups) in [("phase", result.phases.count > 1 ? result.phases : []), ("model", result.models)] where !groups.isEmpty {
            text += table(name, groups.map { ($0.name, $0.requestsPerSecond, $0.tally) })
        }
        return text
    }

    private var overview: String {
        table("run", results.map { ($0.0, $0.1.requestsPerSecond, $0.1.total.tally) })
    }

    private func table(_ first: String, _ rows: [(String, Double, Tally)]) -> String {
        var text =
            "<table><tr><th>\(first)</th><th>requests/s</th><th>ok</th><th>failed</th><th>p50 ms</th><th>p90 ms</th><th>p99 ms</th><th>p99.9 ms</th><th>max ms</th></tr>"
        for (name, rate, tally) in rows {
            func cell(_ nanos: UInt64) -> String { "<td>\(Decimals.fixed(Double(nanos) / 1e6, 3))</td>" }
            text +=
                "<tr><td>\(Self.escaped(name))</td><td>\(Decimals.fixed(rate, 0))</td><td>\(tally.successes)</td><td>\(tally.failureCount)</td>"
            text += [0.5, 0.9, 0.99, 0.999].map { cell(tally.latency.value(at: $0)) }.joined() + cell(tally.latency.max) + "</tr>"
        }
        return text + "</table>\n"
    }

    private func time(_ result: RunResult) -> String {
        guard result.intervals.count > 1 else { return "" }
        let seconds = Double(result.intervalNanos) / 1e9
        // The last interval may be shorter than the others.
        let total = Double(result.measuredNanos) / 1e9
        func points(_ value: (Interval, Double) -> Double?) -> [(Double, Double)] {
            result.intervals.enumerated().compactMap { index, interval in
                let start = Double(index) * seconds
                let length = min(seconds, total - start)
                guard length > seconds / 2, let y = value(interval, length) else { return nil }
                return (start + length / 2, y)
            }
        }
        var rate = SVGChart(xLabel: "seconds", yLabel: "requests/s")
        rate.series = [("answered", points { Double($0.successes) / $1 })]
        if result.failures > 0 { rate.series.append(("failed", points { Double($0.failures) / $1 })) }
        var latency = SVGChart(xLabel: "seconds", yLabel: "ms", isLogarithmic: true)
        latency.series = [("p50", 0.5), ("p99", 0.99), ("max", 1.0)].map { name, quantile in
            (name, points { interval, _ in interval.latency.map { Double($0.value(at: quantile)) / 1e6 } })
        }
        var text = "<h2>Throughput over time</h2>\n\(rate.svg)<h2>Latency over time</h2>\n\(latency.svg)"
        if let samples = result.server?.samples, samples.count > 1 {
            var memory = SVGChart(xLabel: "seconds", yLabel: "MiB")
            memory.series = [("server's memory", samples.map { (Double($0.nanos) / 1e9, Double($0.residentBytes) / 1_048_576) })]
            text += "<h2>The server's memory</h2>\n\(memory.svg)"
        }
        return text
    }

    private var distribution: String {
        var text = ""
        if results.count > 1 {
            var curve = SVGChart(xLabel: "requests/s", yLabel: "ms", isLogarithmic: true)
            let sorted = results.map(\.1).sorted { $0.requestsPerSecond < $1.requestsPerSecond }
            curve.series = [("p50", 0.5), ("p99", 0.99), ("p99.9", 0.999)].map { name, quantile in
                (name, sorted.map { ($0.requestsPerSecond, Double($0.total.tally.latency.value(at: quantile)) / 1e6) })
            }
            text += "<h2>Latency over throughput</h2>\n\(curve.svg)"
        }
        var chart = SVGChart(xLabel: "percentile", yLabel: "ms", isLogarithmic: true)
        chart.xTicks = [(0, "0"), (1, "90"), (2, "99"), (3, "99.9"), (4, "99.99"), (5, "99.999")]
        let shown =
            results.count == 1
            ? results : results.count <= 3 ? results : [results[0], results[results.count / 2], results[results.count - 1]]
        chart.series = shown.map { label, result in
            // Each unit to the right is one nine more.
            let nines = stride(from: 0.0, through: 5.0, by: 0.05).filter {
                Tens.power($0) <= Double(max(1, result.total.tally.latency.count)) * 1.0001
            }
            return (
                label.isEmpty ? "latency" : label,
                nines.map { ($0, Double(result.total.tally.latency.value(at: 1 - 1 / Tens.power($0))) / 1e6) }
            )
        }
        return text + "<h2>Latency by percentile</h2>\n\(chart.svg)"
    }

    static func escaped(_ text: String) -> String {
        var result = ""
        for character in text {
            switch character {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            default: result.append(character)
            }
        }
        return result
    }
}
