internal import Batching
internal import FoundationEssentials
internal import GRPC
internal import Serving

/// What became of a request's time, as JSON in the trailing metadata `martlet-trace-bin` of callers who set the parameter `martlet_trace`.
struct RequestTrace: Encodable {
    static let parameter = "martlet_trace"
    /// Bytes of a trace: clients bound the metadata that they take. Beyond: the steps are left out.
    static let maxBytes = 6000

    private let totalMicros: Double
    private let queueMicros: Double
    private let computeMicros: Double
    private let batchRows: Int
    private let batchClosed: String
    private var steps: [Step]

    private enum CodingKeys: String, CodingKey {
        case totalMicros = "total_us"
        case queueMicros = "queue_us"
        case computeMicros = "compute_us"
        case batchRows = "batch_rows"
        case batchClosed = "batch_closed"
        case steps
    }

    private struct Step: Encodable {
        let name: String
        /// After the request's arrival.
        let startMicros: Double?
        let micros: Double?
        let queueMicros: Double?
        let rows: Int?
        let error: String?
        let steps: [Step]?

        enum CodingKeys: String, CodingKey {
            case name
            case startMicros = "start_us"
            case micros = "us"
            case queueMicros = "queue_us"
            case rows, error, steps
        }

        init(_ entry: EnsembleTrace.Entry, arrivedNanos: Int64) {
            name = entry.step
            startMicros = entry.isSkipped ? nil : RequestTrace.micros(entry.startedNanos - arrivedNanos)
            micros = entry.isSkipped ? nil : RequestTrace.micros(entry.nanos)
            queueMicros = entry.isSkipped ? nil : RequestTrace.micros(entry.queueNanos)
            rows = entry.rows
            error = entry.error.isEmpty ? nil : entry.error
            steps = entry.inner.isEmpty ? nil : entry.inner.map { Step($0, arrivedNanos: arrivedNanos) }
        }
    }

    init(_ request: InferenceRequest, _ trace: EnsembleTrace) {
        totalMicros = Self.micros(request.timing.totalNanos)
        queueMicros = Self.micros(request.timing.startedNanos > 0 ? request.timing.queueNanos : 0)
        computeMicros = Self.micros(request.timing.computeNanos)
        batchRows = request.timing.batchRows
        batchClosed = request.timing.closeReason.name
        steps = trace.entries.map { Step($0, arrivedNanos: request.timing.arrivedNanos) }
    }

    private static func micros(_ nanos: Int64) -> Double { Double(max(0, nanos) / 10) / 100 }

    var metadata: Metadata {
        var metadata = Metadata()
        guard var json = try? JSONEncoder().encode(self) else { return metadata }
        if json.count > Self.maxBytes {
            var short = self
            short.steps = []
            json = (try? JSONEncoder().encode(short)) ?? json
        }
        metadata.append("martlet-trace-bin", binary: Array(json))
        return metadata
    }
}
