internal import Client

extension RunResult {
    /// What a person reads on the terminal.
    public var table: String {
        let tally = total.tally
        var text = ""
        func line(_ name: String, _ value: String) {
            text += name + String(repeating: " ", count: max(1, 18 - name.count)) + value + "\n"
        }
        func ms(_ nanos: UInt64) -> String { DurationText.format(Double(nanos)) }
        let shape =
            "\(connections) connection\(connections == 1 ? "" : "s") × \(streams) stream\(streams == 1 ? "" : "s"), \(loops) event loop\(loops == 1 ? "" : "s")"
        line("target", "\(target), \(mode) loop, \(shape)")
        line("measured", "\(DurationText.format(Double(measuredNanos))) after \(DurationText.format(Double(warmupNanos))) of warm-up")
        if let offeredPerSecond { line("offered", "\(Decimals.grouped(offeredPerSecond)) requests/s") }
        line("throughput", "\(Decimals.grouped(requestsPerSecond)) requests/s")
        line(
            "requests",
            "\(tally.successes) ok, \(tally.failureCount) failed" + (tally.cancelled > 0 ? ", \(tally.cancelled) cancelled" : ""))
        for (kind, count) in tally.failures.sorted(by: { $0.value > $1.value }) {
            line("  \(kind.name)", "\(count)" + (tally.samples[kind].map { "  \($0)" } ?? ""))
        }
        let shown = [0.5, 0.9, 0.99, 0.999, 0.9999]
        line(
            "latency",
            zip(["p50", "p90", "p99", "p99.9", "p99.99"], shown).map { "\($0) \(ms(tally.latency.value(at: $1)))" }.joined(separator: "  ")
                + "  max \(ms(tally.latency.max))")
        let perRequest = tally.successesInTime > 0 ? Double(clientCPUNanos) / 1e3 / Double(tally.successesInTime) : 0
        line("client CPU", "\(Decimals.fixed(Double(clientCPUNanos) / 1e9, 2)) s, \(Decimals.significant(perRequest)) µs a request")
        if let server {
            let each = tally.successesInTime > 0 ? Double(server.cpuNanos) / 1e3 / Double(tally.successesInTime) : 0
            line(
                "server",
                "\(Decimals.fixed(Double(server.cpuNanos) / 1e9, 2)) s CPU, \(Decimals.significant(each)) µs a request, RSS \(server.residentBytesAtStart >> 20) → \(server.residentBytesAtEnd >> 20) MiB, files \(server.filesAtStart) → \(server.filesAtEnd)"
            )
        }
        for (title, groups) in [("phase", phases.count > 1 ? phases : []), ("model", models)] where !groups.isEmpty {
            var table = TextTable(title, "requests/s", "ok", "failed", "p50 ms", "p99 ms", "p99.9 ms")
            for group in groups {
                func cell(_ quantile: Double) -> String { Decimals.fixed(Double(group.tally.latency.value(at: quantile)) / 1e6, 3) }
                table.append(
                    group.name, Decimals.fixed(group.requestsPerSecond, 0), "\(group.tally.successes)", "\(group.tally.failureCount)",
                    cell(0.5), cell(0.99),
                    cell(0.999))
            }
            text += "\n" + table.rendered()
        }
        for outcome in assertions {
            text += "\n\(outcome.holds ? "holds" : "FAILS")  \(outcome.text)\(outcome.found.map { "  (\($0))" } ?? "")"
        }
        if !assertions.isEmpty { text += "\n" }
        return text
    }
}
