import Gateway
import Messages
import Testing

@Suite struct LoadWindowTests {
    private func reading(_ nanos: Int64, cpu: Int64 = 0, answered: UInt64 = 0, failed: UInt64 = 0, queued: Int = 0, idle: Int = 2) -> LoadWindow.Reading {
        .init(
            nanos: nanos, cpuNanos: cpu, answered: answered, failed: failed, answerNanos: answered * 2_000_000, queued: queued, inFlight: queued,
            idleLanes: idle)
    }

    @Test func `work that waits counts beside busy threads`() {
        var window = LoadWindow(lanes: 2)
        #expect(window.note(reading(0, idle: 2)).applicationUtilization == 0)
        var other = LoadWindow(lanes: 2)
        #expect(other.note(reading(0, queued: 4, idle: 0)).applicationUtilization == 3)
    }

    @Test func `rates come to what is steady`() {
        var window = LoadWindow(lanes: 2)
        var report = window.note(reading(0))
        for step in 1...100 {
            report = window.note(reading(Int64(step) * 100_000_000, cpu: Int64(step) * 100_000_000, answered: UInt64(step) * 10, failed: UInt64(step)))
        }
        #expect((report.requestsPerSecond - 100).magnitude < 0.5)
        #expect((report.errorsPerSecond - 10).magnitude < 0.05)
        #expect((report.cpuUtilization - 0.5).magnitude < 0.005)
        #expect(report.named.contains { $0.name == "latency_seconds" && ($0.value - 0.002).magnitude < 1e-5 })
    }

    @Test func `counters that go back are no rate`() {
        var window = LoadWindow(lanes: 1)
        _ = window.note(reading(0, answered: 1000))
        #expect(window.note(reading(100_000_000, answered: 5)).requestsPerSecond == 0)
    }

    @Test func `a clock that stands still divides by nothing`() {
        var window = LoadWindow(lanes: 1)
        _ = window.note(reading(7))
        #expect(window.note(reading(7, answered: 9)).requestsPerSecond == 0)
    }
}
