extension Objective {
    /// What was measured, beside the bound. A measure that there is nothing to take from is not met: a gate that looks at nothing
    /// must not be open.
    func judged(_ report: GateReport.Model) -> GateReport.Check {
        let (mine, theirs) = values(report)
        let isMet = mine.map { isLeast ? $0 >= bound : $0 <= bound } ?? false
        return GateReport.Check(objective: self, candidate: mine, champion: theirs, isMet: isMet)
    }

    private func values(_ report: GateReport.Model) -> (candidate: Double?, champion: Double?) {
        func ratio(_ mine: Double?, _ theirs: Double?) -> Double? {
            guard let mine, let theirs, theirs > 0 else { return nil }
            return mine / theirs
        }
        switch measure {
        case .p50: return (report.candidateLatency?.p50, report.championLatency?.p50)
        case .p99: return (report.candidateLatency?.p99, report.championLatency?.p99)
        case .p99Ratio: return (ratio(report.candidateLatency?.p99, report.championLatency?.p99), nil)
        case .memory: return (Double(report.candidateMemory), report.championMemory.map(Double.init))
        case .memoryRatio: return (ratio(Double(report.candidateMemory), report.championMemory.map(Double.init)), nil)
        case .accuracy: return (report.candidateAccuracy, report.championAccuracy)
        case .accuracyDrop:
            guard let mine = report.candidateAccuracy, let theirs = report.championAccuracy else { return (nil, nil) }
            return (max(0, theirs - mine), nil)
        case .disagreement: return (report.disagreement, nil)
        case .drift: return (report.compared > 0 ? report.drifts.map(\.distance).max() : nil, nil)
        }
    }
}
