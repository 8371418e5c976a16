/// What a gate found, and its verdict.
public struct GateReport: Sendable {
    struct Check: Sendable {
        let objective: Objective
        /// Nil when there was nothing to measure.
        let candidate: Double?
        let champion: Double?
        let isMet: Bool
    }

    struct Model: Sendable {
        let name: String
        let candidate: Int64
        let champion: Int64?
        var faults: [String] = []
        var warnings: [String] = []
        var goldenBesideFiles = 0
        var golden = 0
        var traffic = 0
        var failures = 0
        var compared = 0
        var disagreements = 0
        var drifts: [OutputDrift] = []
        var labels = 0
        var candidateAccuracy: Double?
        var championAccuracy: Double?
        var candidateLatency: Latency?
        var championLatency: Latency?
        var candidateMemory = 0
        var championMemory: Int?
        var checks: [Check] = []

        init(name: String, candidate: Int64, champion: Int64?) {
            self.name = name
            self.candidate = candidate
            self.champion = champion
        }

        var disagreement: Double? { compared > 0 ? Double(disagreements) / Double(compared) : nil }
        var isGood: Bool { faults.isEmpty && checks.allSatisfy(\.isMet) }
    }

    let candidate: String
    let champion: String?
    var faults: [String] = []
    var warnings: [String] = []
    var models: [Model] = []

    init(candidate: String, champion: String?) {
        self.candidate = candidate
        self.champion = champion
    }

    /// Whether the candidate may take traffic.
    public var isGood: Bool { faults.isEmpty && models.allSatisfy(\.isGood) }
}
