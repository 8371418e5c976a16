/// How a model's requests are shared now, for people who watch.
public struct RoutingStatus: Sendable, Hashable {
    /// Shares of the requests that name no version, by version; they sum to 1.
    public var shares: [Int64: Double] = [:]
    /// A take-over that is under way.
    public var canary: Canary?
    public var shadow: Shadow?
    /// Why the latest take-over was rolled back; empty when it was not.
    public var rollback = ""

    public struct Canary: Sendable, Hashable {
        public var candidate: Int64
        public var stable: Int64
        /// Counted from 1.
        public var step: Int
        public var steps: Int

        public init(candidate: Int64, stable: Int64, step: Int, steps: Int) {
            self.candidate = candidate
            self.stable = stable
            self.step = step
            self.steps = steps
        }
    }

    public struct Shadow: Sendable, Hashable {
        public var version: Int64
        public var equal: UInt64
        public var different: UInt64
        public var failed: UInt64
        public var skipped: UInt64
        public var lastDifference: String
    }
}
