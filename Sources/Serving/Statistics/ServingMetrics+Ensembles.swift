internal import Monitoring

extension ServingCore {
    /// What the steps of the live ensembles have done.
    func stepMetrics() -> [MetricFamily] {
        var times = MetricFamily(
            name: "martlet_ensemble_step_duration_seconds", help: "Time of a step that gave an answer, from its start to its end.",
            kind: .histogram)
        var failures = MetricFamily(name: "martlet_ensemble_step_failures_total", help: "Steps that failed.", kind: .counter)
        var skips = MetricFamily(name: "martlet_ensemble_steps_skipped_total", help: "Steps that were not to run.", kind: .counter)
        for version in liveVersions {
            for (name, statistics) in version.steps {
                let labels = [("model", version.model), ("version", String(version.number)), ("step", name)].map {
                    (name: $0.0, value: $0.1)
                }
                let snapshot = statistics.snapshot
                times.samples.append(.init(labels: labels, .seconds(statistics.times.snapshot)))
                failures.samples.append(.init(labels: labels, .integer(snapshot.fail.count)))
                skips.samples.append(.init(labels: labels, .integer(snapshot.skipped)))
            }
        }
        return times.samples.isEmpty ? [] : [times, failures, skips]
    }
}
