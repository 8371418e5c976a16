/// What one event loop has counted.
package struct LoopReport: Sendable {
    package var phases: [Tally]
    /// By recipe; kept only when there are several.
    package var recipes: [Tally]
    package var intervals: [Interval] = []
    var warmupFailures = Tally(digits: 2)
    /// Requests handed to a connection, the warm-up's too.
    package var sent = 0
    /// The smallest number of streams that the server allows on a connection.
    var allowedStreams = Int.max
    /// What the loop's thread computed, and how long it waited for a processor, while the run was measured.
    var cpuNanos: UInt64 = 0
    var waitNanos: UInt64 = 0

    package init(phases: Int, recipes: Int) {
        self.phases = Array(repeating: Tally(), count: phases)
        self.recipes = Array(repeating: Tally(), count: recipes > 1 ? recipes : 0)
    }

    @inline(__always)
    mutating func mark(_ time: UInt64, every nanos: UInt64, _ body: (inout Interval) -> Void) {
        let index = Int(time / nanos)
        while intervals.count <= index { intervals.append(Interval()) }
        body(&intervals[index])
    }
}
