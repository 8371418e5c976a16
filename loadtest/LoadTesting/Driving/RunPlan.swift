/// What one run does: how hard, for how long, with which requests.
public struct RunPlan: Sendable {
    /// When a request is sent.
    public enum Pace: Sendable {
        /// Each stream sends its next request when the last one was answered.
        case closed
        /// At times that do not depend on the answers; latencies count from those times.
        case open(ArrivalSchedule.Spacing)
        /// At recorded times, in nanoseconds from the start; request `i` is recipe `recipes[i]`.
        case replay(times: [UInt64], recipes: [Int])
    }

    /// A stretch of a run with numbers of its own.
    public struct Phase: Sendable {
        public var name: String
        public var nanos: UInt64
        /// Closed: streams in use, over all connections; nil for all there are.
        public var concurrency: Int?
        /// Open: the rate.
        public var startRate = 0.0
        public var endRate = 0.0
        public var burst = 0
        public var burstPeriodNanos: UInt64 = 1_000_000_000

        public init(name: String = "run", nanos: UInt64) {
            self.name = name
            self.nanos = nanos
        }
    }

    public enum Warmup: Sendable, Hashable {
        /// Closed: until the throughput no longer changes. Open: one second.
        case auto
        case nanos(UInt64)
    }

    public var pace = Pace.closed
    public var phases = [Phase(nanos: 5_000_000_000)]
    public var warmup = Warmup.auto
    public var connections = 1
    /// Requests that may be under way on one connection.
    public var streams = 1
    /// Event loops, each with a part of the connections.
    public var loops = 1
    public var recipes: [RequestRecipe] = []
    public var seed: UInt64 = 1
    /// Closed: from an answer to the next request on the stream.
    public var thinkNanos: UInt64 = 0
    /// The share of requests that are cancelled under way, 0…1.
    public var cancelShare = 0.0
    /// A cancelled request lives up to this long, evenly distributed.
    public var cancelWithinNanos: UInt64 = 1_000_000
    /// Requests after which a connection is replaced; 0 for never.
    public var reconnectEvery = 0
    /// Bytes per second at which each connection takes answers; 0 for no bound.
    public var readBytesPerSecond = 0
    /// What open requests get when the run is over. Beyond: they are failures, "unanswered".
    public var drainNanos: UInt64 = 10_000_000_000
    /// Arrivals that may wait for a free stream, per loop. Beyond: failures, "not sent".
    public var maxBacklog = 1_000_000

    public init() {}

    public var measuredNanos: UInt64 { phases.reduce(0) { $0 + $1.nanos } }

    /// Whether requests go over HTTP/1.1.
    var isRest: Bool {
        if case .rest? = recipes.first?.call { return true }
        return false
    }

    /// Requests that a connection carries at once: one, over HTTP/1.1.
    var streamsPerConnection: Int { isRest ? 1 : streams }

    /// What results are told apart by: the recipes; or the models of a recording, whose requests are many.
    package var groups: [String] {
        guard case .replay = pace else { return recipes.map(\.name) }
        var seen: Set<String> = []
        return recipes.map(\.name).filter { seen.insert($0).inserted }
    }

    /// Points of the curves over time: of 1 s for runs of up to 5 minutes, at least 20, never more than 300.
    package var intervalNanos: UInt64 {
        let total = max(1, measuredNanos)
        return max(20_000_000, min(1_000_000_000, total / 20), total / 300)
    }

    /// - Throws: `LoadError` for what cannot be.
    package func validate() throws(LoadError) {
        guard !recipes.isEmpty else { throw LoadError("there is nothing to send") }
        guard connections >= 1, connections <= 100_000 else { throw LoadError("\(connections) connections: 1 to 100000 are possible") }
        guard streams >= 1, streams <= 100_000, connections * streams <= 4_000_000 else {
            throw LoadError("\(streams) streams on \(connections) connections: at most 4 million requests can be under way")
        }
        let restCount = recipes.count { if case .rest = $0.call { true } else { false } }
        guard restCount == 0 || restCount == recipes.count else {
            throw LoadError("models over REST and models over gRPC cannot be mixed: they have different ports")
        }
        guard loops >= 1, loops <= 256 else { throw LoadError("\(loops) event loops: 1 to 256 are possible") }
        guard !phases.isEmpty, measuredNanos > 0 else { throw LoadError("the run has no duration") }
        guard recipes.allSatisfy({ $0.weight >= 0 && $0.weight.isFinite }), recipes.contains(where: { $0.weight > 0 }) else {
            throw LoadError("weights must be numbers from 0 up, one of them above 0")
        }
        for phase in phases {
            guard phase.startRate >= 0, phase.endRate >= 0, phase.startRate <= 1e8, phase.endRate <= 1e8, phase.burst >= 0,
                phase.burst <= 10_000_000
            else {
                throw LoadError("phase '\(phase.name)' has an impossible rate")
            }
        }
        if case .open = pace, !phases.contains(where: { $0.startRate > 0 || $0.endRate > 0 || $0.burst > 0 }) {
            throw LoadError("an open loop needs a rate above 0")
        }
    }

    /// The arrivals of the phases, after a warm-up at the rate of the first.
    package func profile(warmupNanos: UInt64) -> RateProfile {
        var pieces: [RateProfile.Piece] = []
        if warmupNanos > 0, let first = phases.first {
            pieces.append(RateProfile.Piece(nanos: warmupNanos, from: first.startRate, to: first.startRate))
        }
        for phase in phases {
            pieces.append(
                RateProfile.Piece(
                    nanos: phase.nanos, from: phase.startRate, to: phase.endRate, burst: phase.burst,
                    burstPeriodNanos: phase.burstPeriodNanos))
        }
        return RateProfile(pieces)
    }
}
