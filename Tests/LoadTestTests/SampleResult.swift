import GRPC
import LoadTesting

/// 99 answers of 1 to 99 ms within one second, and one wrong answer.
func sampleResult() -> RunResult {
    var report = LoopReport(phases: 1, recipes: 1)
    var histogram = Histogram()
    for value in 1...99 { histogram.record(UInt64(value) * 1_000_000) }
    report.phases[0] = Tally.sample(latency: histogram, failures: [.wrongAnswer: 1], samples: [.wrongAnswer: "output 'y' is \"odd\""])
    return sampleResult(report)
}

func sampleResult(_ report: LoopReport) -> RunResult {
    var plan = RunPlan()
    plan.phases = [RunPlan.Phase(nanos: 1_000_000_000)]
    plan.recipes = [.unary(path: "/t.T/T", message: [])]
    return RunResult(
        plan: plan, server: ServerAddress(target: .tcp(host: "localhost", port: 8001)), reports: [report], clientCPUNanos: 250_000_000,
        warmupNanos: 0,
        watch: nil)
}
