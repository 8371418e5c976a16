package import Messages

/// Turns counters read now and then into rates: what was counted between two looks, smoothed over about a second. Pure; time is an argument.
package struct LoadWindow {
    /// What is read at one moment. Counters only grow.
    package struct Reading {
        package var nanos: Int64
        package var cpuNanos: Int64
        package var answered: UInt64
        package var failed: UInt64
        /// Time that the answered requests took in sum.
        package var answerNanos: UInt64
        package var queued: Int
        package var inFlight: Int
        package var idleLanes: Int
        package var memoryShare: Double

        package init(
            nanos: Int64, cpuNanos: Int64, answered: UInt64, failed: UInt64, answerNanos: UInt64, queued: Int, inFlight: Int, idleLanes: Int,
            memoryShare: Double = 0
        ) {
            self.nanos = nanos
            self.cpuNanos = cpuNanos
            self.answered = answered
            self.failed = failed
            self.answerNanos = answerNanos
            self.queued = queued
            self.inFlight = inFlight
            self.idleLanes = idleLanes
            self.memoryShare = memoryShare
        }
    }

    private let lanes: Int
    private var last: Reading?
    private var report = LoadReport()
    private var latencySeconds = 0.0

    package init(lanes: Int) { self.lanes = max(1, lanes) }

    /// The load after one more look.
    package mutating func note(_ now: Reading) -> LoadReport {
        defer { last = now }
        let busy = Double(max(0, lanes - now.idleLanes) + max(0, now.queued)) / Double(lanes)
        guard let last, now.nanos > last.nanos else {
            report.applicationUtilization = busy
            return finished(now)
        }
        let seconds = Double(now.nanos &- last.nanos) / 1e9
        // Half of what a second ago was measured is forgotten.
        let fresh = min(1, seconds / 1.4)
        func blend(_ old: Double, _ new: Double) -> Double { old + (new - old) * fresh }
        // Versions come and go, and their counters with them.
        let answered = now.answered >= last.answered ? now.answered - last.answered : 0
        let failed = now.failed >= last.failed ? now.failed - last.failed : 0
        let spent = now.answerNanos >= last.answerNanos ? now.answerNanos - last.answerNanos : 0
        report.cpuUtilization = blend(report.cpuUtilization, Double(max(0, now.cpuNanos &- last.cpuNanos)) / 1e9 / seconds / Double(lanes))
        report.applicationUtilization = blend(report.applicationUtilization, busy)
        report.requestsPerSecond = blend(report.requestsPerSecond, Double(answered) / seconds)
        report.errorsPerSecond = blend(report.errorsPerSecond, Double(failed) / seconds)
        if answered > 0 { latencySeconds = blend(latencySeconds, Double(spent) / 1e9 / Double(answered)) }
        return finished(now)
    }

    private mutating func finished(_ now: Reading) -> LoadReport {
        report.memoryUtilization = now.memoryShare
        // What balancers of the kind of Prequal choose by: requests in flight, and how long an answer takes now.
        report.named = [
            ("requests_in_flight", Double(max(0, now.inFlight))), ("queue_depth", Double(max(0, now.queued))),
            ("latency_seconds", latencySeconds),
        ]
        return report
    }
}
