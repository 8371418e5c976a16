/// How many tasks may be under way at once, found by trying: up by one a round while answers are in time, down by a fifth when they are not.
public struct InFlightLimit: Sendable {
    public static let cutFactor = 0.8
    /// At most one cut in this time: one stall is one event, however many tasks it made late.
    public static let cutIntervalNanos: Int64 = 100_000_000

    public let floor: Int
    public let ceiling: Int
    private var value: Double
    private var lastCutNanos: Int64 = .min

    public init(floor: Int, ceiling: Int) {
        self.floor = max(1, floor)
        self.ceiling = max(self.floor, ceiling)
        self.value = Double(self.ceiling)
    }

    public var limit: Int { Int(value) }

    /// Takes in answers to tasks that had a time to keep.
    public mutating func answered(inTime: Int, late: Int, inFlight: Int, nowNanos: Int64) {
        if late > 0 {
            guard lastCutNanos == .min || nowNanos - lastCutNanos >= Self.cutIntervalNanos else { return }
            lastCutNanos = nowNanos
            value = max(Double(floor), min(value, Double(inFlight)) * Self.cutFactor)
        } else if inTime > 0, Double(inFlight) * 2 >= value {
            // Only a limit that is made use of is worth raising.
            value = min(Double(ceiling), value + Double(inTime) / value)
        }
    }
}
