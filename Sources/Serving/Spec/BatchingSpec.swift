public import Batching

/// How requests to a model gather. The default has no knobs: see ``BatchingPolicy``.
public struct BatchingSpec: Sendable, Hashable {
    /// False: one request a run.
    public var isEnabled: Bool
    public var preferredRows: [Int]
    public var maxQueueDelayNanos: Int64
    public var preservesOrder: Bool
    /// Number of priority levels; 0 is one level.
    public var priorityLevels: Int
    public var defaultPriority: Int
    public var defaultQueuePolicy: QueuePolicy
    /// Policies of single levels, by number from 1.
    public var queuePolicies: [Int: QueuePolicy]
    public var limits: BatchingLimits
    /// Whether the configuration asked for batching in words, so that clients who ask are told so.
    public var isExplicit: Bool

    public init() {
        isEnabled = true
        preferredRows = []
        maxQueueDelayNanos = 0
        preservesOrder = false
        priorityLevels = 0
        defaultPriority = 0
        defaultQueuePolicy = QueuePolicy()
        queuePolicies = [:]
        limits = BatchingLimits()
        isExplicit = false
    }

    /// More levels than this are a mistake; a configuration that asks for them is refused.
    public static let maxPriorityLevels = 64

    /// One policy a level, the most urgent first.
    var levelPolicies: [QueuePolicy] {
        (1...max(1, min(priorityLevels, Self.maxPriorityLevels))).map { queuePolicies[$0] ?? defaultQueuePolicy }
    }
}

/// How many runs of a model may be under way at once.
public struct InstanceSpec: Sendable, Hashable {
    /// Nil: as many as there are lanes.
    public var count: Int?

    public init(count: Int? = nil) { self.count = count }
}

/// A bound on the requests that a model takes, whoever they come from.
public struct RateLimitSpec: Sendable, Hashable {
    public var requestsPerSecond: Double
    public var burst: Double

    public init(requestsPerSecond: Double, burst: Double) {
        self.requestsPerSecond = requestsPerSecond
        self.burst = burst
    }
}
