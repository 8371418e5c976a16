import Batching
import Testing

/// One simulated lane, twice the load it can take, a second of simulated time.
@Suite struct `overload` {
    struct Outcome {
        var inTime = 0
        var late = 0
        var refused = 0
        var slowestMicros: Int64 = 0
    }

    static func simulate(loadFactor: Double, deadlineMicros: Int64, seed: UInt64) -> Outcome {
        var random = SeededGenerator(seed: seed)
        var bench = Bench(BatchingPolicy(maxRows: 8))
        bench.teach(fixedMicros: 400, eachMicros: 50)
        // Eight rows in 800 µs: ten thousand a second.
        let gap = 100.0 / loadFactor
        var outcome = Outcome()
        var nextArrival = 0.0
        var laneFreeAt: Int64?
        var number = 0
        let end: Int64 = .millis(1000)
        while bench.now < end {
            let arrival = Int64.micros(Int64(nextArrival))
            if let free = laneFreeAt, free <= arrival {
                bench.now = free
                for item in bench.batch.items {
                    let micros = (free - item.ticket.arrivalNanos) / 1000
                    outcome.slowestMicros = max(outcome.slowestMicros, micros)
                    if free <= item.ticket.deadlineNanos { outcome.inTime += 1 } else { outcome.late += 1 }
                }
                let late = bench.batch.items.filter { $0.ticket.deadlineNanos < free }.count
                _ = bench.queue.finish(
                    rows: bench.batch.rows, tasks: bench.batch.items.count, runNanos: .micros(400 + 50 * Int64(bench.batch.rows)),
                    inTime: bench.batch.items.count - late, late: late, nowNanos: free)
                laneFreeAt = nil
            } else {
                bench.now = arrival
                number += 1
                if case .refused = bench.add(number, deadline: bench.now + .micros(deadlineMicros)) { outcome.refused += 1 }
                nextArrival += gap * Double.random(in: 0.2...1.8, using: &random)
            }
            if laneFreeAt == nil, bench.take().step == .run {
                outcome.refused += bench.refused.count
                // Runs take ten per cent more or less than the curve says.
                let micros = Double(400 + 50 * bench.batch.rows) * Double.random(in: 0.9...1.1, using: &random)
                laneFreeAt = bench.now + Int64(micros * 1000)
            }
        }
        return outcome
    }

    @Test(arguments: [1, 2, 3] as [UInt64]) func `at twice the capacity goodput stays at nine tenths of the peak`(seed: UInt64) {
        var peak = 0
        for load in [0.5, 0.7, 0.8, 0.9, 1.0] {
            peak = max(peak, Self.simulate(loadFactor: load, deadlineMicros: 10_000, seed: seed).inTime)
        }
        for load in [1.5, 2.0, 4.0] {
            let outcome = Self.simulate(loadFactor: load, deadlineMicros: 10_000, seed: seed)
            #expect(Double(outcome.inTime) >= 0.9 * Double(peak), "load \(load): \(outcome), peak \(peak)")
            #expect(outcome.late * 100 <= outcome.inTime, "load \(load): \(outcome)")
        }
    }
}

@Suite struct `newest first` {
    @Test func `when a standing queue eats the budgets the task with the most time left goes first, and order returns after`() {
        var bench = Bench(BatchingPolicy(maxRows: 1))
        // Nobody knows the curve, so nothing is refused by it; every task has waited nine of its ten milliseconds when its turn comes.
        var number = 0
        func arrive(_ bench: inout Bench) {
            number += 1
            bench.add(number, deadline: bench.now + .millis(10))
        }
        for _ in 0..<9 {
            arrive(&bench)
            bench.now += .millis(1)
        }
        for _ in 0..<150 {
            arrive(&bench)
            if bench.take().step == .run { bench.end() }
            bench.now += .millis(1)
        }
        let isOverloaded = bench.queue.isOverloaded
        #expect(isOverloaded)
        arrive(&bench)
        #expect(bench.take().tasks == [number])
        bench.end()
        while bench.take().step == .run { bench.end() }
        let isStillOverloaded = bench.queue.isOverloaded
        #expect(!isStillOverloaded)
        arrive(&bench)
        arrive(&bench)
        #expect(bench.take().tasks == [number - 1])
    }
}
