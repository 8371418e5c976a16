/// What a run has measured.
public struct RunResult: Sendable {
    public struct Group: Sendable {
        public var name: String
        public var nanos: UInt64
        public var tally: Tally
        /// Correct answers per second, of those that came while the group's time lasted.
        public var requestsPerSecond: Double { nanos == 0 ? 0 : Double(tally.successesInTime) * 1e9 / Double(nanos) }
    }

    public var target: String
    /// "closed", "open" or "replay".
    public var mode: String
    public var connections: Int
    public var streams: Int
    public var loops: Int
    public var measuredNanos: UInt64
    public var warmupNanos: UInt64
    /// Requests per second that the schedule asked for; nil for closed loops.
    public var offeredPerSecond: Double?
    public var total: Group
    public var phases: [Group]
    /// By model or path; empty when there is one.
    public var models: [Group]
    public var intervals: [Interval]
    public var intervalNanos: UInt64
    public var warmupFailures: Tally
    public var clientCPUNanos: UInt64
    /// The busiest event loop's share of a core, and the largest share of time in which one was ready and had no core.
    public var busiestLoop: Double
    public var longestWait: Double
    /// What the server allows on one connection.
    public var allowedStreams: Int
    public var server: ServerReport?
    public var assertions: [AssertionOutcome] = []

    package init(
        plan: RunPlan, server: ServerAddress, reports: [LoopReport], clientCPUNanos: UInt64, warmupNanos: UInt64, watch: ServerReport?
    ) {
        target = "\(server.target)"
        switch plan.pace {
        case .closed: mode = "closed"
        case .open: mode = "open"
        case .replay: mode = "replay"
        }
        connections = plan.connections
        streams = plan.streamsPerConnection
        loops = plan.loops
        measuredNanos = plan.measuredNanos
        self.warmupNanos = warmupNanos
        self.clientCPUNanos = clientCPUNanos
        self.server = watch
        intervalNanos = plan.intervalNanos
        switch plan.pace {
        case .closed: offeredPerSecond = nil
        case .open: offeredPerSecond = plan.profile(warmupNanos: 0).totalRequests * 1e9 / Double(plan.measuredNanos)
        case .replay(let times, _): offeredPerSecond = Double(times.count) * 1e9 / Double(plan.measuredNanos)
        }
        var all = Tally()
        phases = []
        for (index, phase) in plan.phases.enumerated() {
            var tally = Tally()
            for report in reports { tally.add(report.phases[index]) }
            all.add(tally)
            phases.append(Group(name: phase.name, nanos: phase.nanos, tally: tally))
        }
        total = Group(name: "total", nanos: plan.measuredNanos, tally: all)
        models = []
        let groups = plan.groups
        if groups.count > 1 {
            for (index, name) in groups.enumerated() {
                var tally = Tally()
                for report in reports { tally.add(report.recipes[index]) }
                models.append(Group(name: name, nanos: plan.measuredNanos, tally: tally))
            }
        }
        intervals = Array(repeating: Interval(), count: reports.map(\.intervals.count).max() ?? 0)
        warmupFailures = Tally(digits: 2)
        allowedStreams = reports.map(\.allowedStreams).min() ?? .max
        busiestLoop = 0
        longestWait = 0
        for report in reports {
            for (index, interval) in report.intervals.enumerated() { intervals[index].add(interval) }
            warmupFailures.add(report.warmupFailures)
            busiestLoop = max(busiestLoop, Double(report.cpuNanos) / Double(plan.measuredNanos))
            longestWait = max(longestWait, Double(report.waitNanos) / Double(plan.measuredNanos))
        }
    }

    public var requestsPerSecond: Double { total.requestsPerSecond }
    public var failures: Int { total.tally.failureCount }
    public var wrongAnswers: Int { total.tally.failures[.wrongAnswer] ?? 0 }

    /// Whether the run has measured what it was meant to: something succeeded, nothing was answered wrongly, and what was
    /// asserted holds.
    public var isSound: Bool { total.tally.successes > 0 && wrongAnswers == 0 && assertions.allSatisfy(\.holds) }

    /// What the reader of the numbers must know.
    public var warnings: [String] {
        var warnings: [String] = []
        if busiestLoop > 0.9 {
            warnings.append(
                "the client's CPU is the bottleneck: an event loop was busy \(Decimals.fixed(busiestLoop * 100, 0)) % of the time; use more --threads, or another machine"
            )
        }
        if longestWait > 0.1 {
            warnings.append(
                "the client waited for a processor \(Decimals.fixed(longestWait * 100, 0)) % of the time: other programs share its cores, and latencies include that"
            )
        }
        if let offeredPerSecond, requestsPerSecond < offeredPerSecond * 0.95, total.tally.successes > 0 {
            warnings.append(
                "\(Decimals.grouped(requestsPerSecond)) of \(Decimals.grouped(offeredPerSecond)) offered requests per second were answered correctly in time"
            )
        }
        if allowedStreams < streams, mode == "closed" {
            warnings.append("the server allows \(allowedStreams) streams on a connection: of \(streams), the others waited in the client")
        }
        if total.tally.successes == 0 { warnings.append("no request succeeded") }
        if warmupFailures.failureCount > 0 {
            warnings.append("\(warmupFailures.failureCount) requests failed during the warm-up; they are not counted")
        }
        return warnings
    }
}
