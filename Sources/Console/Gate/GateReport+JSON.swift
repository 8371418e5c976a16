internal import Client

extension GateReport {
    /// For programs: one document.
    public var json: String {
        let champion = champion.map(JSONText.quoted) ?? "null"
        return """
            {"verdict": "\(isGood ? "open" : "shut")", "candidate": \(JSONText.quoted(candidate)), "champion": \(champion),
             "faults": \(Self.list(faults)), "warnings": \(Self.list(warnings)),
             "models": [\(models.map(\.json).joined(separator: ",\n  "))]}

            """
    }

    fileprivate static func list(_ items: [String]) -> String { "[" + items.map { JSONText.quoted($0) }.joined(separator: ", ") + "]" }
    fileprivate static func number(_ value: Double?) -> String { value.flatMap { $0.isFinite ? "\($0)" : nil } ?? "null" }
}

extension GateReport.Model {
    fileprivate var json: String {
        func side(_ version: Int64, _ accuracy: Double?, _ latency: Latency?, _ memory: Int) -> String {
            """
            {"version": \(version), "accuracy": \(GateReport.number(accuracy)), "p50_ms": \(GateReport.number(latency?.p50)), \
            "p99_ms": \(GateReport.number(latency?.p99)), "memory_bytes": \(memory)}
            """
        }
        let outputs = drifts.map { drift in
            """
            {"name": \(JSONText.quoted(drift.name)), "answers": \(drift.answers), "different": \(drift.different), \
            "largest_difference": \(GateReport.number(drift.largest)), "distance": \(GateReport.number(drift.distance))}
            """
        }
        let objectives = checks.map { check in
            """
            {"name": "\(check.objective.measure.rawValue)", "bound": \(GateReport.number(check.objective.bound)), \
            "measured": \(GateReport.number(check.candidate)), "champion": \(GateReport.number(check.champion)), "met": \(check.isMet)}
            """
        }
        return """
            {"model": \(JSONText.quoted(name)), "verdict": "\(isGood ? "good" : "bad")",
             "candidate": \(side(candidate, candidateAccuracy, candidateLatency, candidateMemory)),
             "champion": \(champion.map { side($0, championAccuracy, championLatency, championMemory ?? 0) } ?? "null"),
             "golden": \(goldenBesideFiles + golden), "traffic": \(traffic), "failures": \(failures), "labels": \(labels),
             "disagreement": \(GateReport.number(disagreement)), "outputs": [\(outputs.joined(separator: ", "))],
             "objectives": [\(objectives.joined(separator: ", "))],
             "faults": \(GateReport.list(faults)), "warnings": \(GateReport.list(warnings))}
            """
    }
}
