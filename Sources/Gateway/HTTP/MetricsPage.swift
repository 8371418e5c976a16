internal import Serving

/// What Prometheus reads: Triton's names, for the dashboards that exist.
struct MetricsPage {
    let core: ServingCore

    var text: String {
        let versions = core.liveVersions.map { ($0, $0.statistics.snapshot) }
        var page = ""
        func family(_ name: String, _ help: String, _ kind: String = "counter", _ value: (ModelVersion, VersionStatistics.Snapshot) -> UInt64) {
            page += "# HELP \(name) \(help)\n# TYPE \(name) \(kind)\n"
            for (version, numbers) in versions {
                page += "\(name){model=\"\(Self.escaped(version.model))\",version=\"\(version.number)\"} \(value(version, numbers))\n"
            }
        }
        family("nv_inference_request_success", "Number of successful inference requests, all batch sizes") { $1.success.count }
        family("nv_inference_request_failure", "Number of failed inference requests, all batch sizes") { $1.fail.count }
        family("nv_inference_count", "Number of inferences performed (does not include cached requests)") { $1.inferenceCount }
        family("nv_inference_exec_count", "Number of model executions performed (does not include cached requests)") { $1.executionCount }
        family("nv_inference_request_duration_us", "Cumulative inference request duration in microseconds") { $1.success.nanos / 1000 }
        family("nv_inference_queue_duration_us", "Cumulative inference queuing duration in microseconds") { $1.queue.nanos / 1000 }
        family("nv_inference_compute_input_duration_us", "Cumulative compute input duration in microseconds") { $1.computeInput.nanos / 1000 }
        family("nv_inference_compute_infer_duration_us", "Cumulative compute inference duration in microseconds") { $1.computeInfer.nanos / 1000 }
        family("nv_inference_compute_output_duration_us", "Cumulative compute output duration in microseconds") { $1.computeOutput.nanos / 1000 }
        family("nv_inference_pending_request_count", "Requests waiting in the queue", "gauge") { version, _ in UInt64(max(0, version.depth.queued)) }
        return page
    }

    private static func escaped(_ label: String) -> String {
        label.reduce(into: "") { text, character in
            switch character {
            case "\\": text += "\\\\"
            case "\"": text += "\\\""
            case "\n": text += "\\n"
            default: text.append(character)
            }
        }
    }
}
