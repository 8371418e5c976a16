import Console
import Testing

@Suite struct ObjectiveTests {
    @Test(arguments: [
        ("p99=20ms", Objective.Measure.p99, 20.0), ("p50=0.5s", .p50, 500), ("p99=250us", .p99, 0.25), ("memory=200MB", .memory, 2e8),
        ("accuracy=0.95", .accuracy, 0.95), ("accuracy-drop=1%", .accuracyDrop, 0.01), ("drift=10%", .drift, 0.1), ("p99-ratio=1.5", .p99Ratio, 1.5),
    ])
    func `a bound has the unit of its measure`(_ text: String, _ measure: Objective.Measure, _ bound: Double) throws {
        let objective = try #require(Objective(text))
        #expect(objective.measure == measure)
        #expect((objective.bound - bound).magnitude < 1e-9 * max(1, bound))
    }

    @Test(arguments: ["p99", "p99=", "p99=20", "latency=1ms", "accuracy=-1", "memory=nanMB", "drift=inf%", "=1"])
    func `what is no bound is refused`(_ text: String) {
        #expect(Objective(text) == nil)
    }
}
