internal import Serving
internal import Tensors

/// What `martlet gate` does: decides whether a candidate may take the place of what serves now.
///
/// The candidate is loaded, which runs the golden requests beside its files; its signature is compared with the champion's; further golden
/// requests and recorded traffic are put to both in turn, request by request, and what comes back is compared.
public struct Gate: Sendable {
    /// A repository, or one model's folder.
    public var candidate: String
    /// What serves now, in the same form; nil for a first release.
    public var champion: String?
    /// Only this model; nil for all of the candidate's.
    public var model: String?
    /// Files and folders of requests whose answers must be met.
    public var golden: [String] = []
    /// Files and folders of requests that both sides are asked.
    public var traffic: [String] = []
    public var objectives: [Objective] = []
    /// How often all of it is asked for the latencies.
    public var rounds = 5

    public init(candidate: String) { self.candidate = candidate }

    /// Takes as long as the requests do. Throws when what it was told to read cannot be read; a bad candidate is a verdict, not an error.
    public func run() async throws -> GateReport {
        let golden = try golden.flatMap { try RecordedTraffic.read($0) }
        let traffic = try traffic.flatMap { try RecordedTraffic.read($0) }
        let challenger = GateSide(path: candidate)
        defer { challenger.stop() }
        let incumbent = champion.map { GateSide(path: $0) }
        defer { incumbent?.stop() }

        var report = GateReport(candidate: candidate, champion: champion)
        report.faults = challenger.faults
        if let incumbent { report.warnings += incumbent.faults.map { "champion: \($0)" } }
        let models = challenger.newest.values.filter { model == nil || $0.model == model }.sorted { $0.model < $1.model }
        if models.isEmpty { report.faults.append("\(candidate): \(model.map { "no model '\($0)'" } ?? "no model") could be loaded") }
        for version in models {
            let duel = GateDuel(
                candidate: version, on: challenger, champion: incumbent?.newest[version.model], on: incumbent, objectives: objectives,
                rounds: max(1, rounds))
            func meant(_ request: RecordedRequest) -> Bool { request.model == nil || request.model == version.model }
            report.models.append(await duel.run(golden: golden.filter(meant), traffic: traffic.filter(meant)))
        }
        return report
    }
}
