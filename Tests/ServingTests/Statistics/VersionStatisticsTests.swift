import Batching
import Serving
import Tensors
import Testing

@Suite struct `statistics of a version` {
    @Test func `count requests, rows, runs and times`() {
        let harness = Harness(["m/1/model.test": "micros 1000\nend\n"])
        for _ in 0..<3 { _ = harness.ask("m", rows: [[1, 0], [2, 0]]) }
        _ = harness.ask("m", rows: [[1, 0, 0]])
        let statistics = harness.core.versions(of: "m")[0].statistics.snapshot
        #expect(statistics.inferenceCount == 6)
        #expect(statistics.executionCount == 3)
        #expect(statistics.success.count == 3)
        #expect(statistics.success.nanos >= 3_000_000)
        #expect(statistics.fail.count == 1)
        #expect(statistics.queue.count == 3)
        #expect(statistics.computeInfer.count == 3)
        #expect(statistics.computeInfer.nanos >= 3_000_000)
        #expect(statistics.computeInput.count == 3)
        #expect(statistics.computeOutput.count == 3)
        #expect(statistics.lastInferenceMillis > 1_600_000_000_000)
        #expect(statistics.batches.map(\.rows) == [2])
        #expect(statistics.batches[0].computeInfer.count == 3)
        #expect(statistics.closeReasons[.idleLane] == 3)
    }
}
