import Serving
import Testing

@Suite struct `a take-over step by step` {
    typealias Record = CanaryStateMachine.Record
    static let spec = CanarySpec(steps: [0.1, 0.5, 1], stepNanos: 1000, minRequests: 50, maxErrorShare: 0.05, maxLatencyFactor: 2)

    static func machine() -> CanaryStateMachine {
        CanaryStateMachine(spec: spec, candidate: Record(), stable: Record(), nowNanos: 0)
    }

    static func record(_ requests: UInt64, failures: UInt64 = 0, nanos: UInt64 = 100) -> Record {
        Record(successes: requests - failures, failures: failures, successNanos: (requests - failures) * nanos)
    }

    @Test func `goes up when all is well, and no earlier`() {
        var machine = Self.machine()
        #expect(machine.share == 0.1)
        #expect(machine.look(candidate: Self.record(100), stable: Self.record(900), nowNanos: 999) == .stay)
        #expect(machine.look(candidate: Self.record(49), stable: Self.record(900), nowNanos: 2000) == .stay)
        #expect(machine.look(candidate: Self.record(50), stable: Self.record(900), nowNanos: 2000) == .step(share: 0.5))
        // The next step counts from here.
        #expect(machine.look(candidate: Self.record(99), stable: Self.record(950), nowNanos: 3000) == .stay)
        #expect(machine.look(candidate: Self.record(100), stable: Self.record(950), nowNanos: 3000) == .step(share: 1))
        #expect(machine.look(candidate: Self.record(150), stable: Self.record(950), nowNanos: 4000) == .promote)
        #expect(machine.look(candidate: Self.record(200), stable: Self.record(950), nowNanos: 9000) == .stay)
    }

    @Test func `goes back when the new version fails, and at once`() {
        var machine = Self.machine()
        #expect(machine.look(candidate: Self.record(19, failures: 19), stable: Self.record(100), nowNanos: 1) == .stay)
        #expect(
            machine.look(candidate: Self.record(20, failures: 3), stable: Self.record(100), nowNanos: 2)
                == .rollBack(reason: "3 of 20 requests failed, where the old version failed 0 of 100"))
        #expect(machine.look(candidate: Self.record(20, failures: 3), stable: Self.record(100), nowNanos: 3) == .stay)
    }

    @Test func `does not go back for what the old version fails at too`() {
        var machine = Self.machine()
        #expect(machine.look(candidate: Self.record(40, failures: 8), stable: Self.record(100, failures: 20), nowNanos: 1) == .stay)
    }

    @Test func `goes back when the new version is slow`() {
        var machine = Self.machine()
        #expect(machine.look(candidate: Self.record(30, nanos: 190_000), stable: Self.record(100, nanos: 100_000), nowNanos: 1) == .stay)
        #expect(
            machine.look(candidate: Self.record(60, nanos: 210_000), stable: Self.record(100, nanos: 100_000), nowNanos: 2)
                == .rollBack(reason: "a request takes 210 µs, where the old version takes 100 µs"))
    }
}
