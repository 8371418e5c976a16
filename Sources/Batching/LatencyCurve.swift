/// How long a run takes by the number of its rows, learnt from the runs themselves.
///
/// Row counts are grouped: each of 1 to 8 alone, then four groups an octave. Between groups that have been seen the curve is straight;
/// past the largest it goes on with the cost per row there. It never falls: more rows never take less time.
public struct LatencyCurve: Sendable {
    private struct Point: Sendable {
        var meanNanos = 0.0
        var deviationNanos = 0.0
        var samples = 0
        /// The mean and deviation that the tables were last built with.
        var builtMeanNanos = 0.0
        var builtDeviationNanos = 0.0

        /// Whether the tables say something else than the point by more than matters.
        var isOutdated: Bool {
            samples < 8 || (meanNanos - builtMeanNanos).magnitude > builtMeanNanos / 64
                || (deviationNanos - builtDeviationNanos).magnitude > builtDeviationNanos / 8 + builtMeanNanos / 64
        }
    }

    private static let groups = 64
    private var points: [Point]
    /// Expected time of each group, filled between the seen ones and made monotone.
    private var expected: [Double]
    private var spread: [Double]

    /// Weight of a new sample once a group has seen a few.
    static let gain = 1.0 / 8

    public init() {
        points = Array(repeating: Point(), count: Self.groups)
        expected = Array(repeating: 0, count: Self.groups)
        spread = Array(repeating: 0, count: Self.groups)
    }

    /// Whether any run has been seen.
    public private(set) var isKnown = false

    /// The group that `rows` falls into.
    static func group(of rows: Int) -> Int {
        if rows <= 8 { return max(0, rows - 1) }
        let octave = Int.bitWidth - 1 - rows.leadingZeroBitCount
        let quarter = (rows >> (octave - 2)) & 3
        return min(groups - 1, 8 + (octave - 3) * 4 + quarter)
    }

    /// The smallest row count of `group`.
    static func rows(of group: Int) -> Int {
        if group < 8 { return group + 1 }
        let octave = 3 + (group - 8) / 4
        return (4 + (group - 8) % 4) << (octave - 2)
    }

    /// Takes in one run. A few nanoseconds, or some tens when it changes the curve; returns whether it did.
    @discardableResult
    public mutating func record(rows: Int, runNanos: Int64) -> Bool {
        let index = Self.group(of: rows)
        // A group is filed under its smallest row count: scale the sample to it, so that a group's mean does not depend on the mix.
        let sample = Double(max(1, runNanos)) * Double(Self.rows(of: index)) / Double(max(1, rows))
        let value = index < 8 ? Double(max(1, runNanos)) : sample
        var point = points[index]
        if point.samples == 0 {
            point.meanNanos = value
            point.deviationNanos = value / 8
        } else {
            // One run that the scheduler took off the core must not rewrite the curve.
            let ceiling = point.meanNanos + 8 * point.deviationNanos
            let bounded = point.samples >= 8 ? min(value, max(ceiling, point.meanNanos * 1.5)) : value
            let gain = max(Self.gain, 1 / Double(point.samples + 1))
            let error = bounded - point.meanNanos
            point.meanNanos += gain * error
            point.deviationNanos += gain * (error.magnitude - point.deviationNanos)
        }
        point.samples = min(point.samples + 1, 1 << 20)
        isKnown = true
        guard point.isOutdated else {
            points[index] = point
            return false
        }
        point.builtMeanNanos = point.meanNanos
        point.builtDeviationNanos = point.deviationNanos
        points[index] = point
        rebuild()
        return true
    }

    /// The expected time of a run of `rows`, or nil before the first run was seen.
    public func expectedNanos(rows: Int) -> Int64? {
        isKnown ? Self.nanos(value(of: expected, rows: rows)) : nil
    }

    /// A time that a run of `rows` rarely exceeds: what deadlines are kept by.
    public func cautiousNanos(rows: Int) -> Int64? {
        isKnown ? Self.nanos(value(of: expected, rows: rows) + 2 * value(of: spread, rows: rows)) : nil
    }

    /// A time that a run of `rows` rarely beats: what hopeless tasks are refused by.
    public func optimisticNanos(rows: Int) -> Int64? {
        isKnown ? Self.nanos(value(of: expected, rows: rows) - 2 * value(of: spread, rows: rows)) : nil
    }

    /// The fewest rows, at most `limit`, at which the rate is within a twentieth of the best that has been seen.
    public func efficientRows(limit: Int) -> Int {
        guard isKnown else { return limit }
        let last = Self.group(of: limit)
        var best = Double.infinity
        for index in 0...last where points[index].samples > 0 {
            best = min(best, expected[index] / Double(Self.rows(of: index)))
        }
        // Only what was measured counts: the largest size must have been tried before a smaller one is good enough.
        guard points[last].samples > 0 else { return limit }
        for index in 0...last where expected[index] / Double(Self.rows(of: index)) <= best * 1.05 {
            return index == last ? limit : Self.rows(of: index)
        }
        return limit
    }

    /// Years of nanoseconds are as good as for ever, and sums of them must not trap.
    private static func nanos(_ value: Double) -> Int64 { Int64(min(max(value, 0), 1e17)) }

    private func value(of table: [Double], rows: Int) -> Double {
        let index = Self.group(of: rows)
        let low = Self.rows(of: index)
        if rows <= low { return table[index] }
        if index + 1 < Self.groups {
            let high = Self.rows(of: index + 1)
            let share = Double(rows - low) / Double(high - low)
            return table[index] + share * (table[index + 1] - table[index])
        }
        return table[index] * Double(rows) / Double(low)
    }

    private mutating func rebuild() {
        var previous = -1
        for index in 0..<Self.groups where points[index].samples > 0 {
            let rows = Double(Self.rows(of: index))
            var mean = points[index].meanNanos
            if previous >= 0 { mean = max(mean, expected[previous]) }
            let deviation = points[index].deviationNanos
            if previous < 0 {
                // Fewer rows than ever seen: no more than this, no less than their share.
                for below in 0..<index {
                    expected[below] = mean * max(0.5, Double(Self.rows(of: below)) / rows)
                    spread[below] = deviation
                }
            } else {
                let from = Double(Self.rows(of: previous))
                for between in (previous + 1)..<max(previous + 1, index) {
                    let share = (Double(Self.rows(of: between)) - from) / (rows - from)
                    expected[between] = expected[previous] + share * (mean - expected[previous])
                    spread[between] = spread[previous] + share * (deviation - spread[previous])
                }
            }
            expected[index] = mean
            spread[index] = deviation
            previous = index
        }
        guard previous >= 0, previous + 1 < Self.groups else { return }
        let rows = Double(Self.rows(of: previous))
        for above in (previous + 1)..<Self.groups {
            let scale = Double(Self.rows(of: above)) / rows
            expected[above] = expected[previous] * scale
            spread[above] = spread[previous] * scale
        }
    }
}
