import Batching
import Testing

/// Random tasks, lanes and times; what must hold whatever happens.
@Suite struct `a queue under random use` {
    @Test(arguments: 1...24) func `every task leaves exactly once, in whole`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let policy = Self.policy(&random)
        var bench = Bench(policy)
        var left: [Int: Int] = [:]
        var inLanes: [(rows: Int, tasks: Int, endsAt: Int64)] = []
        var kinds: [Int: Int] = [:]
        var next = 0
        var looks: Int64 = .max
        var mayLook = false
        func step(_ bench: inout Bench, adding: Bool) {
            bench.now += Int64.random(in: 0...200_000, using: &random)
            if adding, Int.random(in: 0..<3, using: &random) > 0 {
                next += 1
                let rows = Int.random(in: 1...(policy.maxRows * 2), using: &random)
                let task = TestTask(next, kind: Int.random(in: 0..<2, using: &random))
                kinds[next] = task.kind
                if Int.random(in: 0..<20, using: &random) == 0 { task.cancel() }
                let deadline: Int64 = Bool.random(using: &random) ? .max : bench.now + Int64.random(in: 1...5_000_000, using: &random)
                switch bench.add(
                    task, rows: rows, bytes: 10, deadline: deadline, priority: Int.random(in: 0...4, using: &random),
                    timeout: Bool.random(using: &random) ? nil : Int64.random(in: 1...1_000_000, using: &random))
                {
                case .admitted(let wake):
                    left[next] = rows
                    if wake == .now { mayLook = true }
                    if case .at(let nanos) = wake { looks = min(looks, nanos) }
                case .refused: break
                }
            }
            while let index = inLanes.firstIndex(where: { $0.endsAt <= bench.now }) {
                let lane = inLanes.remove(at: index)
                let wake = bench.queue.finish(
                    rows: lane.rows, tasks: lane.tasks, runNanos: 50_000 + Int64(lane.rows) * 1000, inTime: lane.tasks, late: 0,
                    nowNanos: bench.now)
                if wake == .now { mayLook = true }
            }
            if Int.random(in: 0..<30, using: &random) == 0 {
                var swept = Batch<TestTask>()
                bench.queue.sweep(nowNanos: bench.now, into: &swept)
                for refused in swept.refused { account(refused.task.number, refused.rows) }
            }
            // Only looks that the queue asked for: a forgotten one would leave tasks behind.
            while mayLook || looks <= bench.now {
                mayLook = false
                if looks <= bench.now { looks = .max }
                let taken = bench.take()
                for refused in bench.batch.refused { account(refused.task.number, refused.rows) }
                switch taken.step {
                case .run:
                    let rows = bench.batch.rows
                    #expect(!bench.batch.isEmpty)
                    #expect(rows <= policy.maxRows)
                    #expect(Set(bench.batch.items.map(\.task.kind)).count == 1)
                    for item in bench.batch.items {
                        #expect(!item.task.isCancelled)
                        #expect(item.ticket.deadlineNanos > bench.now)
                        account(item.task.number, item.rows)
                    }
                    inLanes.append((rows, bench.batch.items.count, bench.now + 50_000 + Int64(rows) * 1000))
                    #expect(inLanes.count <= policy.lanes)
                    if bench.queue.wakeAfterTaking() == .now { mayLook = true }
                case .wait(let until):
                    #expect(until > bench.now)
                    looks = min(looks, until)
                case .idle: break
                }
            }
        }
        func account(_ number: Int, _ rows: Int) {
            guard let rest = left[number] else {
                Issue.record("task \(number) left twice or never came")
                return
            }
            #expect(rest >= rows)
            left[number] = rest == rows ? nil : rest - rows
        }
        for _ in 0..<2000 { step(&bench, adding: true) }
        for _ in 0..<2000 { step(&bench, adding: false) }
        #expect(left.isEmpty, "\(left.count) tasks never left")
        #expect(bench.queue.queuedTasks == 0)
        #expect(bench.queue.queuedRows == 0)
        #expect(bench.queue.queuedBytes == 0)
        #expect(bench.queue.runningTasks == 0)
        #expect(bench.queue.runningBatches == 0)
    }

    static func policy(_ random: inout SeededGenerator) -> BatchingPolicy {
        let maxRows = Int.random(in: 1...16, using: &random)
        let levels = (0..<Int.random(in: 1...3, using: &random)).map { _ in
            QueuePolicy(
                timeoutAction: Bool.random(using: &random) ? .reject : .delay,
                defaultTimeoutNanos: Bool.random(using: &random) ? nil : Int64.random(in: 100_000...2_000_000, using: &random),
                allowsTimeoutOverride: Bool.random(using: &random))
        }
        var limits = BatchingLimits()
        limits.maxQueuedTasks = Int.random(in: 1...50, using: &random)
        limits.maxLookAhead = Int.random(in: 1...8, using: &random)
        return BatchingPolicy(
            maxRows: maxRows, lanes: Int.random(in: 1...3, using: &random),
            objectiveNanos: Bool.random(using: &random) ? nil : Int64.random(in: 100_000...5_000_000, using: &random),
            preferredRows: Bool.random(using: &random) ? [] : [maxRows / 2, maxRows],
            maxQueueDelayNanos: Bool.random(using: &random) ? 0 : Int64.random(in: 1...500_000, using: &random), levels: levels,
            limits: limits)
    }
}
