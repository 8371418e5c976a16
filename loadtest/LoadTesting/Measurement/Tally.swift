/// What is counted of a group of requests: those of a phase, of a model, or all.
public struct Tally: Sendable {
    /// From the intended start to the answer, of requests that succeeded. Nanoseconds.
    public internal(set) var latency: Histogram
    public internal(set) var successes = 0
    /// Successes whose answer came while the phase lasted.
    public internal(set) var successesInTime = 0
    public internal(set) var cancelled = 0
    public internal(set) var failures: [FailureKind: Int] = [:]
    /// What a failure of each kind said, the first time.
    public internal(set) var samples: [FailureKind: String] = [:]

    public init(digits: Int = 3) { latency = Histogram(digits: digits) }

    public var failureCount: Int { failures.values.reduce(0, +) }
    /// Requests that came to an end, one way or another.
    public var requests: Int { successes + cancelled + failureCount }

    mutating func fail(_ kind: FailureKind, _ sample: @autoclosure () -> String, times: Int = 1) {
        failures[kind, default: 0] += times
        if samples[kind] == nil {
            let text = sample()
            if !text.isEmpty { samples[kind] = text }
        }
    }

    public mutating func add(_ other: Tally) {
        latency.add(other.latency)
        successes += other.successes
        successesInTime += other.successesInTime
        cancelled += other.cancelled
        failures.merge(other.failures, uniquingKeysWith: +)
        samples.merge(other.samples) { first, _ in first }
    }
}

/// What came back in one stretch of a run.
public struct Interval: Sendable {
    public internal(set) var successes = 0
    public internal(set) var failures = 0
    public internal(set) var latency: Histogram?

    mutating func add(_ other: Interval) {
        successes += other.successes
        failures += other.failures
        if let theirs = other.latency {
            if latency == nil { latency = theirs } else { latency?.add(theirs) }
        }
    }
}

extension Tally {
    /// A tally with given contents, all of them in time.
    package static func sample(latency: Histogram, failures: [FailureKind: Int] = [:], samples: [FailureKind: String] = [:]) -> Tally {
        var tally = Tally()
        tally.latency = latency
        tally.successes = Int(latency.count)
        tally.successesInTime = Int(latency.count)
        tally.failures = failures
        tally.samples = samples
        return tally
    }
}
