/// How requests that name no version are shared among the live versions of a model.
public struct RoutingSpec: Sendable, Hashable {
    /// Shares by version; versions without one get nothing. Empty: all to the highest live version.
    public var weights: [Int64: Double]
    /// Requests with the same routing key always go to the same version, as long as the weights stay.
    public var isSticky: Bool
    /// The parameter whose value is the routing key when the adapter set none.
    public var stickyParameter: String?
    /// The input whose bytes are the routing key when there is neither.
    public var stickyInput: String?
    public var canary: CanarySpec?
    public var shadow: ShadowSpec?

    public init(
        weights: [Int64: Double] = [:], isSticky: Bool = false, stickyParameter: String? = nil, stickyInput: String? = nil,
        canary: CanarySpec? = nil, shadow: ShadowSpec? = nil
    ) {
        self.weights = weights
        self.isSticky = isSticky
        self.stickyParameter = stickyParameter
        self.stickyInput = stickyInput
        self.canary = canary
        self.shadow = shadow
    }
}

/// A new version that takes over step by step, and goes back at once when it does worse than the one it replaces.
public struct CanarySpec: Sendable, Hashable {
    /// Shares of the traffic, ascending, such as 0.01, 0.1, 0.5, 1.
    public var steps: [Double]
    /// Time on each step before the next.
    public var stepNanos: Int64
    /// Requests that a step must see before it counts.
    public var minRequests: Int
    /// More errors than this share, and more than the old version makes, is a failure.
    public var maxErrorShare: Double
    /// The canary's mean latency over the old version's; more is a failure.
    public var maxLatencyFactor: Double

    public init(
        steps: [Double] = [0.01, 0.1, 0.5, 1], stepNanos: Int64 = 60_000_000_000, minRequests: Int = 100, maxErrorShare: Double = 0.01,
        maxLatencyFactor: Double = 1.5
    ) {
        self.steps = steps
        self.stepNanos = stepNanos
        self.minRequests = minRequests
        self.maxErrorShare = maxErrorShare
        self.maxLatencyFactor = maxLatencyFactor
    }
}

/// A version that gets copies of requests, whose answers are compared and thrown away.
public struct ShadowSpec: Sendable, Hashable {
    public var version: Int64
    /// Share of the requests that are copied.
    public var share: Double
    /// Largest difference, relative to the largest magnitude in the output, that still counts as equal.
    public var tolerance: Double

    public init(version: Int64, share: Double = 1, tolerance: Double = 1e-4) {
        self.version = version
        self.share = share
        self.tolerance = tolerance
    }
}
