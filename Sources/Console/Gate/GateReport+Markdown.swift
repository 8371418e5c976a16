extension GateReport {
    /// For people: a heading with the verdict, a table of measures a model, and every fault.
    public var markdown: String {
        var text = "# Gate: \(isGood ? "open" : "shut")\n\n"
        text += "Candidate `\(candidate)`" + (champion.map { ", champion `\($0)`" } ?? ", no champion") + ".\n"
        text += Self.list("Faults", faults) + Self.list("Warnings", warnings)
        for model in models { text += model.markdown }
        return text
    }

    fileprivate static func list(_ heading: String, _ items: [String]) -> String {
        items.isEmpty ? "" : "\n\(heading):\n\n" + items.map { "- \($0)\n" }.joined()
    }
}

extension GateReport.Model {
    fileprivate var markdown: String {
        var text = "\n## \(name): version \(candidate)" + (champion.map { " against \($0)" } ?? "") + ", \(isGood ? "good" : "not good")\n"
        text += GateReport.list("Faults", faults) + GateReport.list("Warnings", warnings)
        text += "\n| measure | candidate | champion |\n| --- | --- | --- |\n"
        text += "| golden requests beside the files, and further ones | \(goldenBesideFiles), \(golden) | |\n"
        text += "| requests of traffic, of them failed | \(traffic), \(failures) | |\n"
        if let disagreement { text += "| answered differently | \(disagreements) of \(compared) (\(Self.percent(disagreement))) | |\n" }
        if let candidateAccuracy {
            text += "| right, of \(labels) labels | \(Self.percent(candidateAccuracy)) | \(championAccuracy.map(Self.percent) ?? "") |\n"
        }
        if let candidateLatency {
            text += "| p50 | \(Self.millis(candidateLatency.p50)) | \(championLatency.map { Self.millis($0.p50) } ?? "") |\n"
            text += "| p99 | \(Self.millis(candidateLatency.p99)) | \(championLatency.map { Self.millis($0.p99) } ?? "") |\n"
        }
        text += "| memory | \(Quantity.bytes(candidateMemory)) | \(championMemory.map(Quantity.bytes) ?? "") |\n"
        if !drifts.isEmpty {
            text += "\n| output | different | largest difference | distance of distributions |\n| --- | --- | --- | --- |\n"
            for drift in drifts {
                text += "| `\(drift.name)` | \(drift.different) of \(drift.answers) | \(Float(drift.largest)) | \(Self.percent(drift.distance)) |\n"
            }
        }
        if !checks.isEmpty {
            text += "\n| objective | bound | measured | met |\n| --- | --- | --- | --- |\n"
            for check in checks {
                let bound = (check.objective.isLeast ? "≥ " : "≤ ") + check.objective.text(check.objective.bound)
                let measured = check.candidate.map(check.objective.text) ?? "nothing to measure"
                text += "| \(check.objective.measure.rawValue) | \(bound) | \(measured) | \(check.isMet ? "yes" : "**no**") |\n"
            }
        }
        return text
    }

    private static func percent(_ share: Double) -> String { "\((share * 10_000).rounded() / 100) %" }
    private static func millis(_ value: Double) -> String { "\((value * 1000).rounded() / 1000) ms" }
}
