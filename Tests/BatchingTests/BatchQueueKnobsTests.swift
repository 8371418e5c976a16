import Batching
import Testing

@Suite struct `knobs, when they are given` {
    @Test func `a delay lets requests gather although a lane is idle`() {
        var bench = Bench(BatchingPolicy(maxRows: 8, maxQueueDelayNanos: .micros(100)))
        #expect(bench.add(1) == .admitted(.at(nanos: .micros(100))))
        #expect(bench.take().step == .wait(untilNanos: .micros(100)))
        bench.now = .micros(50)
        bench.add(2)
        #expect(bench.take().step == .wait(untilNanos: .micros(100)))
        bench.now = .micros(100)
        #expect(bench.take().tasks == [1, 2])
        #expect(bench.batch.closeReason == .delay)
    }

    @Test func `a full batch does not wait for the delay`() {
        var bench = Bench(BatchingPolicy(maxRows: 2, maxQueueDelayNanos: .micros(100)))
        bench.add(1)
        #expect(bench.add(2) == .admitted(.now))
        #expect(bench.take().tasks == [1, 2])
        #expect(bench.batch.closeReason == .full)
    }

    @Test func `a preferred size does not wait for the delay, and the rest does`() {
        var bench = Bench(BatchingPolicy(maxRows: 8, preferredRows: [4], maxQueueDelayNanos: .micros(100)))
        for number in 1...6 { bench.add(number) }
        #expect(bench.take().tasks == [1, 2, 3, 4])
        #expect(bench.batch.closeReason == .preferred)
        bench.end()
        #expect(bench.take().step == .wait(untilNanos: .micros(100)))
    }

    @Test func `without a delay the largest preferred size that is there is taken`() {
        var bench = Bench(BatchingPolicy(maxRows: 16, preferredRows: [2, 8]))
        for number in 1...7 { bench.add(number) }
        #expect(bench.take().tasks.count == 2)
        bench.end()
        for number in 8...11 { bench.add(number) }
        #expect(bench.take().tasks.count == 8)
        bench.end()
        #expect(bench.take().tasks.count == 1)
    }

    @Test func `a deadline cuts the delay short`() {
        var bench = Bench(BatchingPolicy(maxRows: 8, maxQueueDelayNanos: .millis(100)))
        bench.teach(fixedMicros: 1000, eachMicros: 0)
        bench.add(1, deadline: .millis(10))
        guard case .wait(let until) = bench.take().step else {
            Issue.record("it should wait")
            return
        }
        #expect(until <= .millis(9) && until >= .millis(8))
    }

    @Test func `urgent levels go first`() {
        let policy = BatchingPolicy(maxRows: 2, defaultLevel: 2, levels: [QueuePolicy(), QueuePolicy(), QueuePolicy()])
        var bench = Bench(policy)
        bench.add(1, priority: 3)
        bench.add(2)
        bench.add(3, priority: 1)
        bench.add(4, priority: 9)
        #expect(bench.take().tasks == [3, 2])
        bench.end()
        #expect(bench.take().tasks == [1, 4])
    }

    @Test func `a task that waited longer than its level allows is refused`() {
        let policy = BatchingPolicy(maxRows: 8, levels: [QueuePolicy(defaultTimeoutNanos: .millis(5))])
        var bench = Bench(policy)
        bench.add(1)
        bench.add(2, timeout: .millis(1))
        bench.add(3, timeout: .millis(50))
        bench.now = .millis(2)
        bench.add(4)
        bench.now = .millis(6)
        #expect(bench.take().tasks == [4])
        #expect(
            bench.refused == [
                .queueTimeout(afterNanos: .millis(5)), .queueTimeout(afterNanos: .millis(1)), .queueTimeout(afterNanos: .millis(5)),
            ])
    }

    @Test func `a task's own timeout counts only where the level lets it`() {
        let policy = BatchingPolicy(
            maxRows: 8, levels: [QueuePolicy(defaultTimeoutNanos: .millis(5), allowsTimeoutOverride: false)])
        var bench = Bench(policy)
        bench.add(1, timeout: .millis(1))
        bench.now = .millis(2)
        #expect(bench.take().tasks == [1])
    }

    @Test func `a timeout that only delays puts the task behind the others of its level`() {
        let policy = BatchingPolicy(
            maxRows: 1, levels: [QueuePolicy(timeoutAction: .delay, defaultTimeoutNanos: .millis(5)), QueuePolicy()])
        var bench = Bench(policy)
        bench.add(1)
        bench.now = .millis(6)
        bench.add(2)
        bench.add(3, priority: 2)
        #expect(bench.take().tasks == [2])
        bench.end()
        #expect(bench.take().tasks == [1])
        bench.end()
        #expect(bench.take().tasks == [3])
    }
}
