import Batching
import Testing

@Suite struct `admission` {
    @Test func `no more tasks wait than may`() {
        var limits = BatchingLimits()
        limits.maxQueuedTasks = 2
        var bench = Bench(BatchingPolicy(maxRows: 1, limits: limits))
        bench.add(1)
        _ = bench.take()
        bench.add(2)
        bench.add(3)
        guard case .refused(.queueFull(limit: 2, let retry)) = bench.add(4) else {
            Issue.record("the fourth should be refused")
            return
        }
        #expect(retry > 0)
    }

    @Test func `a level has a bound of its own`() {
        let policy = BatchingPolicy(maxRows: 1, levels: [QueuePolicy(maxQueueSize: 1), QueuePolicy()])
        var bench = Bench(policy)
        bench.add(1, priority: 1)
        guard case .refused(.queueFull(limit: 1, _)) = bench.add(2, priority: 1) else {
            Issue.record("the second should be refused")
            return
        }
        #expect(bench.add(3, priority: 2) == .admitted(.no))
    }

    @Test func `no more bytes wait than may`() {
        var limits = BatchingLimits()
        limits.maxQueuedBytes = 100
        var bench = Bench(BatchingPolicy(maxRows: 1, limits: limits))
        bench.add(1, bytes: 60)
        guard case .refused(.queueBytes(limit: 100, _)) = bench.add(2, bytes: 41) else {
            Issue.record("the second should be refused")
            return
        }
        #expect(bench.add(3, bytes: 40) == .admitted(.no))
        _ = bench.take()
        #expect(bench.queue.queuedBytes == 40)
        guard case .refused(.queueBytes) = bench.add(4, bytes: .max) else {
            Issue.record("an absurd size should be refused")
            return
        }
    }

    @Test func `a task that cannot make its deadline is refused at once`() {
        var bench = Bench(BatchingPolicy(maxRows: 1))
        bench.teach(fixedMicros: 1000, eachMicros: 0)
        bench.add(0)
        _ = bench.take()
        var admitted = 0
        while bench.add(admitted + 1, deadline: .millis(12)) == .admitted(.no) { admitted += 1 }
        #expect(admitted == 11)
        guard case .refused(.unreachableDeadline(let predicted, let left)) = bench.add(99, deadline: .millis(12)) else {
            Issue.record("the reason should be the deadline")
            return
        }
        #expect(predicted == .micros(12_500))
        #expect(left == .millis(12))
    }

    @Test func `a task whose deadline goes before the others' waits only for those before it`() {
        var bench = Bench(BatchingPolicy(maxRows: 1))
        bench.teach(fixedMicros: 1000, eachMicros: 0)
        for number in 1...10 { bench.add(number, deadline: .millis(500)) }
        _ = bench.take()
        #expect(bench.add(11, deadline: .millis(5)) == .admitted(.no))
    }

    @Test func `a deadline that has passed is refused before anything else`() {
        var bench = Bench(BatchingPolicy(maxRows: 1))
        bench.now = 10
        #expect(bench.add(1, deadline: 10) == .refused(.expired))
    }

    @Test func `nothing is refused by a curve that nobody knows`() {
        var bench = Bench(BatchingPolicy(maxRows: 1))
        for number in 1...10 { #expect(bench.add(number, deadline: 1 + Int64(number)) != .refused(.expired)) }
        #expect(bench.queue.queuedTasks == 10)
    }

    @Test func `a hopeless task is tried now and then when nothing waits, for the curve may be stale`() {
        var bench = Bench(BatchingPolicy(maxRows: 1))
        bench.teach(fixedMicros: 10_000, eachMicros: 0)
        bench.now = .millis(1)
        #expect(bench.add(1, deadline: bench.now + .millis(2)) == .admitted(.now))
        #expect(bench.take().tasks == [1])
        bench.end(after: 1000)
        guard case .refused(.unreachableDeadline) = bench.add(2, deadline: bench.now + .millis(2)) else {
            Issue.record("one was just tried")
            return
        }
        bench.now += .millis(300)
        #expect(bench.add(3, deadline: bench.now + .millis(2)) == .admitted(.now))
    }

    @Test func `past the objective the queue takes no more, and says when to come back`() {
        var bench = Bench(BatchingPolicy(maxRows: 1, objectiveNanos: .millis(5)))
        bench.teach(fixedMicros: 1000, eachMicros: 0)
        bench.add(0)
        _ = bench.take()
        var admitted = 0
        var refused: Refusal?
        for number in 1...20 {
            switch bench.add(number) {
            case .admitted: admitted += 1
            case .refused(let refusal): refused = refusal
            }
        }
        #expect(admitted >= 3 && admitted <= 5)
        guard case .overloaded(_, let retry) = refused else {
            Issue.record("the rest should be refused as overload")
            return
        }
        #expect(retry >= .millis(1))
    }

    @Test func `a closed queue takes nothing and gives back what it has`() {
        var bench = Bench(BatchingPolicy(maxRows: 1))
        bench.add(1)
        bench.queue.close()
        #expect(bench.add(2) == .refused(.closed))
        #expect(bench.take().tasks == [1])
    }

    @Test func `a task of absurdly many rows is refused for good`() {
        var limits = BatchingLimits()
        limits.maxTaskRows = 100
        var bench = Bench(BatchingPolicy(maxRows: 8, limits: limits))
        #expect(bench.add(1, rows: 101) == .refused(.tooManyRows(limit: 100)))
        #expect(bench.add(2, rows: 100) == .admitted(.now))
    }

    @Test func `late answers lower the number of tasks under way, answers in time raise it again`() {
        var bench = Bench(BatchingPolicy(maxRows: 4))
        let before = bench.queue.inFlightTaskLimit
        for number in 1...100 { bench.add(number, deadline: .millis(5)) }
        _ = bench.take()
        bench.end(after: 10_000, late: 4)
        let after = bench.queue.inFlightTaskLimit
        #expect(after < before)
        #expect(after >= 80 && after <= 100)
        guard case .refused(.overloaded) = { bench.now -= 1; return bench.add(101) }() else {
            Issue.record("the limit should hold")
            return
        }
    }
}
