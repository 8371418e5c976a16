internal import ArgumentParser
internal import LoadTesting

struct LoadOptions: ParsableArguments {
    @Option(help: "Connections to the server.") var connections: Int?
    @Option(
        help: "Requests under way on one connection: exactly so many in a closed loop (default 1), at most in an open one (default 100).")
    var streams: Int?
    @Option(help: "Requests per second: makes an open loop. FROM:TO is a ramp.") var rate: String?
    @Option(help: "Arrivals of an open loop: poisson or constant.") var arrivals = "poisson"
    @Option(help: "Adds bursts to an open loop: COUNT or COUNT/PERIOD, such as 500/2s.") var burst: String?
    @Option(help: "How long to measure.") var duration = "5s"
    @Option(help: "What comes before: auto (until the throughput is steady) or a duration.") var warmup: String?
    @Option(help: "Event loops, each with a part of the connections.") var threads: Int?
    @Option(help: "A scenario file; other options win over it.") var scenario: String?
    @Option(help: "Pause between an answer and the next request of a closed loop.") var think: String?
    @Option(help: "Share of requests that are cancelled under way, such as 5%.") var cancel: String?
    @Option(help: "A cancelled request lives up to this long.") var cancelWithin: String?
    @Option(help: "Requests after which a connection is replaced.") var reconnectEvery: Int?
    @Option(help: "Read answers no faster than this on each stream, in bytes per second.") var readRate: Int?
    @Option(help: "What open requests get at the end, before they count as failures.") var drain: String?
    @Option(help: "Makes runs repeat: arrivals, mixes and made-up inputs.") var seed: Int?
    @Option(help: "Play a capture with its recorded timing.") var replay: String?
    @Option(help: "How much faster than recorded: 2 takes half the time.") var speed = 1.0

    /// The plan of the command line, over that of a scenario.
    func plan(over base: RunPlan?) throws -> RunPlan {
        var plan = base ?? RunPlan()
        let hasScenario = base != nil
        if let connections { plan.connections = connections }
        if let threads { plan.loops = threads }
        plan.loops = min(plan.loops, max(1, plan.connections))
        if let seed { plan.seed = UInt64(bitPattern: Int64(seed)) }
        if let warmup { plan.warmup = try Parsing.warmup(warmup) }
        if let think { plan.thinkNanos = try Parsing.duration(think) }
        if let cancel { plan.cancelShare = try Parsing.share(cancel) }
        if let cancelWithin { plan.cancelWithinNanos = try Parsing.duration(cancelWithin) }
        if let reconnectEvery { plan.reconnectEvery = max(0, reconnectEvery) }
        if let readRate { plan.readBytesPerSecond = max(0, readRate) }
        if let drain { plan.drainNanos = try Parsing.duration(drain) }
        if !hasScenario || rate != nil || burst != nil {
            var phase = RunPlan.Phase(nanos: try Parsing.duration(duration))
            if let rate {
                (phase.startRate, phase.endRate) = try Parsing.rate(rate)
            }
            if let burst { (phase.burst, phase.burstPeriodNanos) = try Parsing.burst(burst) }
            if rate != nil || burst != nil {
                guard let spacing = ArrivalSchedule.Spacing(rawValue: arrivals) else {
                    throw LoadError("--arrivals '\(arrivals)' is neither poisson nor constant")
                }
                plan.pace = .open(spacing)
            }
            plan.phases = [phase]
        }
        if let streams {
            plan.streams = streams
        } else if case .open = plan.pace, plan.streams == 1 {
            plan.streams = 100
        }
        return plan
    }
}
