import Serving
import Testing

@Suite struct `whether a run is spread over idle processors` {
    /// Lets runs take as long as each way takes and returns how many of the last hundred were spread.
    static func spread(of runs: Int, alone: Int64, spread: Int64, expected: Int64 = 1_000_000, choice: inout SpreadChoice) -> Int {
        var count = 0
        for number in 0..<runs {
            let isSpread = choice.next(isIdle: true, expectedNanos: expected)
            if isSpread, number >= runs - 100 { count += 1 }
            choice.record(wasSpread: isSpread, runNanos: isSpread ? spread : alone, expectedNanos: expected)
        }
        return count
    }

    @Test func `is what was quicker, but for a trial now and then`() {
        var quicker = SpreadChoice()
        #expect(Self.spread(of: 300, alone: 1_000_000, spread: 600_000, choice: &quicker) == 98)
        var slower = SpreadChoice()
        #expect(Self.spread(of: 300, alone: 1_000_000, spread: 1_100_000, choice: &slower) == 2)
    }

    @Test func `is no when it saves next to nothing`() {
        var choice = SpreadChoice()
        #expect(Self.spread(of: 300, alone: 1_000_000, spread: 970_000, choice: &choice) == 2)
    }

    @Test func `changes when what holds changes`() {
        var choice = SpreadChoice()
        #expect(Self.spread(of: 300, alone: 1_000_000, spread: 600_000, choice: &choice) == 98)
        #expect(Self.spread(of: 300, alone: 1_000_000, spread: 1_500_000, choice: &choice) <= 2)
        #expect(Self.spread(of: 3000, alone: 1_000_000, spread: 500_000, choice: &choice) == 98)
    }

    @Test func `is no beside others, for short runs and for unknown ones`() {
        var choice = SpreadChoice()
        for _ in 0..<20 {
            let beside = choice.next(isIdle: false, expectedNanos: 10_000_000)
            let short = choice.next(isIdle: true, expectedNanos: SpreadChoice.leastNanos - 1)
            let unknown = choice.next(isIdle: true, expectedNanos: nil)
            #expect([beside, short, unknown] == [false, false, false])
        }
    }

    @Test func `one run that the system interrupted decides nothing`() {
        var choice = SpreadChoice()
        _ = Self.spread(of: 300, alone: 1_000_000, spread: 600_000, choice: &choice)
        choice.record(wasSpread: true, runNanos: 1_000_000_000, expectedNanos: 1_000_000)
        #expect(Self.spread(of: 100, alone: 1_000_000, spread: 600_000, choice: &choice) >= 97)
    }
}
