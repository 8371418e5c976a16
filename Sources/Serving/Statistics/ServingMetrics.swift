internal import Batching
public import Monitoring

extension ServingCore {
    /// All that the serving core counts, as a scrape shows it: our own names first, then those that dashboards made for Triton ask for.
    /// Any thread; cost grows with the number of live versions.
    public func metrics() -> [MetricFamily] {
        let versions = liveVersions.map { VersionMetrics(version: $0) }
        return ownMetrics(versions) + stepMetrics() + tritonMetrics(versions) + repositoryMetrics()
    }

    private func ownMetrics(_ versions: [VersionMetrics]) -> [MetricFamily] {
        var refused = MetricFamily(
            name: "martlet_requests_refused_total", help: "Requests that were turned away, by reason.", kind: .counter)
        var closes = MetricFamily(name: "martlet_batches_closed_total", help: "Runs, by the reason why their batch took no more.", kind: .counter)
        for version in versions {
            for reason in VersionStatistics.RefusalReason.allCases {
                refused.samples.append(
                    .init(labels: version.labels + [("reason", reason.name)], .integer(version.snapshot.refusals[reason] ?? 0)))
            }
            for (reason, count) in version.snapshot.closeReasons.sorted(by: { $0.key.rawValue < $1.key.rawValue }) where count > 0 {
                closes.samples.append(.init(labels: version.labels + [("reason", reason.name)], .integer(count)))
            }
        }
        return [
            versions.family("martlet_requests_total", "Requests answered, well or not.", .counter) {
                .integer($0.snapshot.success.count &+ $0.snapshot.fail.count)
            },
            versions.family("martlet_request_failures_total", "Requests answered with an error.", .counter) { .integer($0.snapshot.fail.count) },
            versions.family("martlet_requests_cancelled_total", "Requests that their callers gave up.", .counter) { .integer($0.snapshot.cancelled) },
            versions.family("martlet_deadline_misses_total", "Answers that came after the request's deadline.", .counter) {
                .integer($0.snapshot.deadlineMisses)
            },
            refused, closes,
            versions.family("martlet_rows_total", "Rows answered.", .counter) { .integer($0.snapshot.inferenceCount) },
            versions.family("martlet_runs_total", "Runs of the model.", .counter) { .integer($0.snapshot.executionCount) },
            versions.family("martlet_cache_hits_total", "Requests answered from the response cache.", .counter) {
                .integer($0.snapshot.cacheHit.count)
            },
            versions.family("martlet_cache_misses_total", "Requests that the response cache did not know.", .counter) {
                .integer($0.snapshot.cacheMiss.count)
            },
            versions.family("martlet_queue_depth", "Requests that wait.", .gauge) { .integer(UInt64(max(0, $0.depth.queued))) },
            versions.family("martlet_requests_in_flight", "Requests that wait or run.", .gauge) { .integer(UInt64(max(0, $0.depth.inFlight))) },
            versions.family("martlet_model_memory_bytes", "Memory that the model holds, as far as it is known.", .gauge) {
                .integer(UInt64(max(0, $0.version.memoryBytes)))
            },
            versions.family("martlet_request_duration_seconds", "Time from arrival to answer.", .histogram) {
                .seconds($0.version.statistics.requestTimes.snapshot)
            },
            versions.family("martlet_queue_duration_seconds", "Time from arrival to a lane.", .histogram) {
                .seconds($0.version.statistics.queueTimes.snapshot)
            },
            versions.family("martlet_run_duration_seconds", "Time of a run of the model.", .histogram) {
                .seconds($0.version.statistics.runTimes.snapshot)
            },
            versions.family("martlet_run_rows", "Rows of a run.", .histogram) { .sizes($0.version.statistics.runRows.snapshot, highest: 12) },
        ]
    }

    private func tritonMetrics(_ versions: [VersionMetrics]) -> [MetricFamily] {
        let micros = { (duration: VersionStatistics.Duration) in MetricFamily.Value.integer(duration.nanos / 1000) }
        return [
            versions.family("nv_inference_request_success", "Number of successful inference requests.", .counter) {
                .integer($0.snapshot.success.count)
            },
            versions.family("nv_inference_request_failure", "Number of failed inference requests.", .counter) { .integer($0.snapshot.fail.count) },
            versions.family("nv_inference_count", "Number of inferences performed.", .counter) { .integer($0.snapshot.inferenceCount) },
            versions.family("nv_inference_exec_count", "Number of model executions performed.", .counter) {
                .integer($0.snapshot.executionCount)
            },
            versions.family("nv_inference_request_duration_us", "Cumulative request duration in microseconds.", .counter) {
                micros($0.snapshot.success)
            },
            versions.family("nv_inference_queue_duration_us", "Cumulative queuing duration in microseconds.", .counter) {
                micros($0.snapshot.queue)
            },
            versions.family("nv_inference_compute_input_duration_us", "Cumulative input duration in microseconds.", .counter) {
                micros($0.snapshot.computeInput)
            },
            versions.family("nv_inference_compute_infer_duration_us", "Cumulative inference duration in microseconds.", .counter) {
                micros($0.snapshot.computeInfer)
            },
            versions.family("nv_inference_compute_output_duration_us", "Cumulative output duration in microseconds.", .counter) {
                micros($0.snapshot.computeOutput)
            },
            versions.family("nv_inference_pending_request_count", "Number of requests that wait for execution.", .gauge) {
                .integer(UInt64(max(0, $0.depth.queued)))
            },
            versions.family("nv_cache_num_hits_per_model", "Number of cache hits.", .counter) { .integer($0.snapshot.cacheHit.count) },
            versions.family("nv_cache_num_misses_per_model", "Number of cache misses.", .counter) { .integer($0.snapshot.cacheMiss.count) },
        ]
    }

    private func repositoryMetrics() -> [MetricFamily] {
        let counts = repository.loadCounts
        var states = MetricFamily(name: "martlet_model_versions", help: "Versions by state.", kind: .gauge)
        let index = index()
        for state in [VersionState.loading, .ready, .unloading, .unavailable] {
            let count = index.reduce(0) { $0 + ($1.state == state ? 1 : 0) }
            states.samples.append(.init(labels: [("state", state.name.lowercased())], .integer(UInt64(count))))
        }
        return [
            states,
            MetricFamily(
                name: "martlet_model_loads_total", help: "Versions loaded, by outcome.", kind: .counter,
                samples: [
                    .init(labels: [("outcome", "ready")], .integer(counts.ready)), .init(labels: [("outcome", "failed")], .integer(counts.failed)),
                ]),
            MetricFamily(
                name: "martlet_lanes_idle", help: "Compute threads without work.", kind: .gauge,
                samples: [.init(.integer(UInt64(pool.idleLanes)))]),
        ]
    }
}

/// One version at the moment of a scrape.
private struct VersionMetrics {
    let version: ModelVersion
    let snapshot: VersionStatistics.Snapshot
    let depth: (queued: Int, inFlight: Int)

    init(version: ModelVersion) {
        self.version = version
        snapshot = version.statistics.snapshot
        depth = version.depth
    }

    var labels: [(name: String, value: String)] { [("model", version.model), ("version", String(version.number))] }
}

extension [VersionMetrics] {
    fileprivate func family(
        _ name: String, _ help: String, _ kind: MetricFamily.Kind, _ value: (VersionMetrics) -> MetricFamily.Value
    ) -> MetricFamily {
        MetricFamily(name: name, help: help, kind: kind, samples: map { .init(labels: $0.labels, value($0)) })
    }
}
