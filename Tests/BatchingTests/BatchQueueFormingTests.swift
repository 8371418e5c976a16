import Batching
import Testing

@Suite struct `forming batches` {
    @Test func `an idle lane takes what is there at once`() {
        var bench = Bench(BatchingPolicy(maxRows: 8))
        #expect(bench.add(1) == .admitted(.now))
        let first = bench.take()
        #expect(first.step == .run)
        #expect(first.tasks == [1])
        #expect(bench.batch.closeReason == .idleLane)
    }

    @Test func `requests gather while the lane is busy`() {
        var bench = Bench(BatchingPolicy(maxRows: 8))
        bench.add(1)
        _ = bench.take()
        for number in 2...5 { #expect(bench.add(number) == .admitted(.no)) }
        #expect(bench.end() == .now)
        #expect(bench.take().tasks == [2, 3, 4, 5])
        #expect(bench.batch.closeReason == .idleLane)
    }

    @Test func `a batch holds no more rows than a run may take`() {
        var bench = Bench(BatchingPolicy(maxRows: 4))
        for number in 1...6 { bench.add(number) }
        #expect(bench.take().tasks == [1, 2, 3, 4])
        #expect(bench.batch.closeReason == .full)
    }

    @Test func `two lanes share what waits`() {
        var bench = Bench(BatchingPolicy(maxRows: 2, lanes: 2))
        for number in 1...5 { bench.add(number) }
        #expect(bench.take().tasks == [1, 2])
        #expect(bench.queue.wakeAfterTaking() == .now)
        #expect(bench.take().tasks == [3, 4])
        #expect(bench.queue.wakeAfterTaking() == .no)
        #expect(bench.take().step == .idle)
    }

    @Test func `a lane is asked once, not once a request`() {
        var bench = Bench(BatchingPolicy(maxRows: 8))
        #expect(bench.add(1) == .admitted(.now))
        #expect(bench.add(2) == .admitted(.no))
        bench.queue.missLook()
        #expect(bench.add(3) == .admitted(.now))
    }

    @Test func `the earliest deadline goes first, and ties keep their order`() {
        var bench = Bench(BatchingPolicy(maxRows: 2))
        bench.add(1, deadline: .millis(30))
        bench.add(2, deadline: .millis(10))
        bench.add(3, deadline: .millis(30))
        bench.add(4)
        #expect(bench.take().tasks == [2, 1])
        bench.end()
        #expect(bench.take().tasks == [3, 4])
    }

    @Test func `a task without a deadline is not passed for ever`() {
        var bench = Bench(BatchingPolicy(maxRows: 1))
        bench.add(1)
        bench.now = .millis(1001)
        bench.add(2, deadline: bench.now + .millis(50))
        #expect(bench.take().tasks == [1])
    }

    @Test func `a batch stops growing where the tightest deadline would be missed`() {
        var bench = Bench(BatchingPolicy(maxRows: 16))
        bench.teach(fixedMicros: 100, eachMicros: 100)
        for number in 1...16 { bench.add(number, deadline: .micros(number == 1 ? 560 : 100_000)) }
        let taken = bench.take()
        #expect(taken.tasks.count >= 2 && taken.tasks.count <= 4, "\(taken.tasks)")
        #expect(bench.batch.closeReason == .deadline)
    }

    @Test func `the model's objective bounds a batch as a deadline does`() {
        var bench = Bench(BatchingPolicy(maxRows: 16, objectiveNanos: .micros(560)))
        bench.teach(fixedMicros: 100, eachMicros: 100)
        for number in 1...3 { bench.add(number) }
        _ = bench.take()
        #expect(bench.batch.rows <= 4)
        #expect(bench.batch.rows >= 2)
    }

    @Test func `a batch stops where more rows make the rate no better`() {
        var bench = Bench(BatchingPolicy(maxRows: 64))
        bench.teach(fixedMicros: 1, eachMicros: 100)
        for number in 1...64 { bench.add(number) }
        #expect(bench.take().tasks.count < 8)
        #expect(bench.batch.closeReason == .efficient)
    }

    @Test func `a batch grows to the full where more rows pay`() {
        var bench = Bench(BatchingPolicy(maxRows: 64))
        bench.teach(fixedMicros: 1000, eachMicros: 1)
        for number in 1...70 { bench.add(number) }
        #expect(bench.take().tasks.count == 64)
    }

    @Test func `tasks of other shapes wait for their own batch`() {
        var bench = Bench(BatchingPolicy(maxRows: 8))
        for number in 1...6 { bench.add(number, kind: number % 2) }
        #expect(bench.take().tasks == [1, 3, 5])
        bench.end()
        #expect(bench.take().tasks == [2, 4, 6])
    }

    @Test func `looking past other shapes has an end`() {
        var limits = BatchingLimits()
        limits.maxLookAhead = 3
        var bench = Bench(BatchingPolicy(maxRows: 8, limits: limits))
        bench.add(1, kind: 0)
        for number in 2...6 { bench.add(number, kind: 1) }
        bench.add(7, kind: 0)
        #expect(bench.take().tasks == [1])
        #expect(bench.batch.closeReason == .shape)
        bench.end()
        #expect(bench.take().tasks == [2, 3, 4, 5, 6])
    }

    @Test func `a large task runs in parts, and each row once`() {
        var bench = Bench(BatchingPolicy(maxRows: 4))
        bench.add(1, rows: 10)
        bench.add(2, rows: 2)
        var rows: [(Int, Int, Int)] = []
        while bench.take().step == .run {
            for item in bench.batch.items { rows.append((item.task.number, item.firstRow, item.rows)) }
            #expect(bench.batch.rows <= 4)
            bench.end()
        }
        let first = rows.filter { $0.0 == 1 }
        #expect(first.map(\.1) == [0, 4, 8])
        #expect(first.map(\.2) == [4, 4, 2])
        #expect(rows.filter { $0.0 == 2 }.map(\.2) == [2])
        #expect(bench.queue.queuedTasks == 0)
        #expect(bench.queue.queuedRows == 0)
    }

    @Test func `a task that fits a run is never cut, whatever size pays best`() {
        var bench = Bench(BatchingPolicy(maxRows: 64))
        bench.teach(fixedMicros: 1, eachMicros: 100)
        bench.add(1, rows: 20)
        _ = bench.take()
        #expect(bench.batch.items.map(\.rows) == [20])
        #expect(bench.queue.queuedTasks == 0)
    }

    @Test func `expired and cancelled tasks never run`() {
        var bench = Bench(BatchingPolicy(maxRows: 8))
        let cancelled = TestTask(2)
        bench.add(1, deadline: .millis(1))
        bench.add(cancelled)
        bench.add(3)
        cancelled.cancel()
        bench.now = .millis(2)
        #expect(bench.take().tasks == [3])
        #expect(bench.refused == [.expired, .cancelled])
        #expect(bench.queue.queuedTasks == 0)
    }

    @Test func `what is swept is answered and gone`() {
        var bench = Bench(BatchingPolicy(maxRows: 1))
        bench.add(1)
        _ = bench.take()
        bench.add(2, bytes: 10, deadline: .millis(1))
        bench.add(3)
        bench.now = .millis(5)
        var swept = Batch<TestTask>()
        bench.queue.sweep(nowNanos: bench.now, into: &swept)
        #expect(swept.refused.map(\.task.number) == [2])
        #expect(bench.queue.queuedTasks == 1)
        #expect(bench.queue.queuedBytes == 0)
    }
}
