import Batching
import Monitoring
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

@Suite struct `metrics of the core` {
    @Test func `show every live version under our names and Triton's`() {
        let harness = Harness(["m/1/model.test": "end\n"])
        _ = harness.ask("m", rows: [[1, 0], [2, 0]])
        let text = PrometheusText.render(harness.core.metrics())
        #expect(text.contains("\nmartlet_requests_total{model=\"m\",version=\"1\"} 1\n"))
        #expect(text.contains("\nmartlet_rows_total{model=\"m\",version=\"1\"} 2\n"))
        #expect(text.contains("\nnv_inference_count{model=\"m\",version=\"1\"} 2\n"))
        #expect(text.contains("\nnv_inference_request_success{model=\"m\",version=\"1\"} 1\n"))
        #expect(text.contains("martlet_run_rows_bucket{model=\"m\",version=\"1\",le=\"1\"} 0\n"))
        #expect(text.contains("martlet_run_rows_bucket{model=\"m\",version=\"1\",le=\"4\"} 1\n"))
        #expect(text.contains("martlet_model_versions{state=\"ready\"} 1\n"))
        #expect(text.contains("martlet_model_loads_total{outcome=\"ready\"} 1\n"))
    }
}
