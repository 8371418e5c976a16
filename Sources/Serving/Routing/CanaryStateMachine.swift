/// Decides how far a new version has come in taking over from an old one. Reads no clock and counts nothing itself.
public struct CanaryStateMachine: Sendable {
    /// What a version has done so far, ever.
    public struct Record: Sendable, Hashable {
        public var successes: UInt64
        public var failures: UInt64
        /// Of all successes together.
        public var successNanos: UInt64

        public init(successes: UInt64 = 0, failures: UInt64 = 0, successNanos: UInt64 = 0) {
            self.successes = successes
            self.failures = failures
            self.successNanos = successNanos
        }

        fileprivate func since(_ earlier: Record) -> Record {
            Record(
                successes: successes &- earlier.successes, failures: failures &- earlier.failures,
                successNanos: successNanos &- earlier.successNanos)
        }

        fileprivate var requests: UInt64 { successes &+ failures }
        fileprivate var failureShare: Double { requests == 0 ? 0 : Double(failures) / Double(requests) }
        fileprivate var meanNanos: Double? { successes == 0 ? nil : Double(successNanos) / Double(successes) }
    }

    public enum Action: Sendable, Hashable {
        case stay
        /// The new version gets this share now.
        case step(share: Double)
        /// It has taken over: the old one may go.
        case promote
        /// It does worse: all goes back to the old one.
        case rollBack(reason: String)
    }

    public let spec: CanarySpec
    public private(set) var stepIndex = 0
    private var stepStartNanos: Int64
    private var candidateBefore: Record
    private var stableBefore: Record
    private var isOver = false

    /// Fewer requests than this say nothing about rates, whatever the step asks for.
    private static let minJudged: UInt64 = 20

    public init(spec: CanarySpec, candidate: Record, stable: Record, nowNanos: Int64) {
        self.spec = spec
        candidateBefore = candidate
        stableBefore = stable
        stepStartNanos = nowNanos
    }

    /// The share that the new version has now.
    public var share: Double { spec.steps.isEmpty ? 1 : spec.steps[min(stepIndex, spec.steps.count - 1)] }

    /// Looks at what both have done. After `promote` or `rollBack` it only stays.
    public mutating func look(candidate: Record, stable: Record, nowNanos: Int64) -> Action {
        if isOver { return .stay }
        let new = candidate.since(candidateBefore)
        let old = stable.since(stableBefore)
        if let reason = fault(new, old) {
            isOver = true
            return .rollBack(reason: reason)
        }
        let isLast = stepIndex >= spec.steps.count - 1
        guard nowNanos - stepStartNanos >= spec.stepNanos, new.requests >= UInt64(max(0, spec.minRequests)) else { return .stay }
        if isLast {
            isOver = true
            return .promote
        }
        stepIndex += 1
        stepStartNanos = nowNanos
        candidateBefore = candidate
        stableBefore = stable
        return .step(share: share)
    }

    private func fault(_ new: Record, _ old: Record) -> String? {
        guard new.requests >= Self.minJudged else { return nil }
        // What the old version fails at as well is not the new one's fault.
        if new.failureShare > spec.maxErrorShare, new.failureShare > old.failureShare * 2 {
            return "\(new.failures) of \(new.requests) requests failed, where the old version failed \(old.failures) of \(old.requests)"
        }
        if let mine = new.meanNanos, let theirs = old.meanNanos, new.successes >= Self.minJudged, old.successes >= Self.minJudged,
            mine > theirs * spec.maxLatencyFactor
        {
            return "a request takes \(Int(mine / 1000)) µs, where the old version takes \(Int(theirs / 1000)) µs"
        }
        return nil
    }
}
