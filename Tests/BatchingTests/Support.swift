import Batching
import Synchronization

/// A task of a test: a number, a kind that it can share a batch with, and a flag.
final class TestTask: BatchTask {
    let number: Int
    let kind: Int
    private let flag = Atomic<Bool>(false)

    init(_ number: Int, kind: Int = 0) {
        self.number = number
        self.kind = kind
    }

    var isCancelled: Bool { flag.load(ordering: .relaxed) }
    func cancel() { flag.store(true, ordering: .relaxed) }
    func canShare(with other: TestTask) -> Bool { kind == other.kind }
}

extension Int64 {
    static func micros(_ count: Int64) -> Int64 { count * 1000 }
    static func millis(_ count: Int64) -> Int64 { count * 1_000_000 }
}

/// The same numbers in every run of a test.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

    mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state &* 0x2545_F491_4F6C_DD1D
    }
}

/// A queue with a clock that the test owns.
struct Bench: ~Copyable {
    var queue: BatchQueue<TestTask>
    var now: Int64 = 0
    var batch = Batch<TestTask>()

    init(_ policy: BatchingPolicy) { queue = BatchQueue(policy: policy) }

    /// A linear curve: `fixed` plus `each` a row, without any spread, for every size up to the policy's.
    mutating func teach(fixedMicros: Int64, eachMicros: Int64) {
        var rows = 1
        while rows <= queue.policy.maxRows {
            for _ in 0..<64 { queue.seed(rows: rows, runNanos: .micros(fixedMicros + eachMicros * Int64(rows))) }
            rows = rows < 8 ? rows + 1 : rows * 2
        }
        if queue.policy.maxRows > 8 {
            for _ in 0..<64 {
                queue.seed(rows: queue.policy.maxRows, runNanos: .micros(fixedMicros + eachMicros * Int64(queue.policy.maxRows)))
            }
        }
    }

    @discardableResult
    mutating func add(
        _ number: Int, kind: Int = 0, rows: Int = 1, bytes: Int = 0, deadline: Int64 = .max, priority: Int = 0, timeout: Int64? = nil
    ) -> Admission {
        add(TestTask(number, kind: kind), rows: rows, bytes: bytes, deadline: deadline, priority: priority, timeout: timeout)
    }

    @discardableResult
    mutating func add(
        _ task: TestTask, rows: Int = 1, bytes: Int = 0, deadline: Int64 = .max, priority: Int = 0, timeout: Int64? = nil
    ) -> Admission {
        queue.admit(
            task,
            Ticket(
                rows: rows, byteCount: bytes, arrivalNanos: now, deadlineNanos: deadline, priority: priority, queueTimeoutNanos: timeout),
            nowNanos: now)
    }

    /// What a lane gets now: the step, and the numbers of the tasks.
    mutating func take() -> (step: NextStep, tasks: [Int]) {
        let step = queue.next(nowNanos: now, into: &batch)
        return (step, batch.items.map(\.task.number))
    }

    /// Ends the batch that was taken last.
    @discardableResult
    mutating func end(after micros: Int64 = 0, late: Int = 0, inTime: Int = 0) -> Wake {
        now += .micros(micros)
        return queue.finish(
            rows: batch.rows, tasks: batch.items.count, runNanos: micros > 0 ? .micros(micros) : nil, inTime: inTime, late: late,
            nowNanos: now)
    }

    var refused: [Refusal] { batch.refused.map(\.refusal) }
}
