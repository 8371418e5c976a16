internal import Serving
internal import Tensors

/// One model of the candidate against the same of the champion.
struct GateDuel {
    let candidate: ModelVersion
    let side: GateSide
    let champion: ModelVersion?
    let championSide: GateSide?
    let objectives: [Objective]
    let rounds: Int

    init(
        candidate: ModelVersion, on side: GateSide, champion: ModelVersion?, on championSide: GateSide?, objectives: [Objective], rounds: Int
    ) {
        self.candidate = candidate
        self.side = side
        self.champion = champion
        self.championSide = championSide
        self.objectives = objectives
        self.rounds = rounds
    }

    func run(golden: [RecordedRequest], traffic: [RecordedRequest]) async -> GateReport.Model {
        var report = GateReport.Model(name: candidate.model, candidate: candidate.number, champion: champion?.number)
        report.goldenBesideFiles = candidate.goldenCount
        lint(&report)
        for request in golden { await check(request, &report) }
        await compare(traffic, &report)
        await time(traffic + golden, &report)
        report.candidateMemory = candidate.memoryBytes
        report.championMemory = champion?.memoryBytes
        report.checks = objectives.map { $0.judged(report) }
        return report
    }

    private func lint(_ report: inout GateReport.Model) {
        if candidate.goldenCount == 0 { report.warnings.append("no golden requests beside the version's files") }
        guard let champion else { return }
        for expected in champion.signature.inputs {
            guard let found = candidate.signature.inputs.first(where: { $0.name == expected.name }) else {
                if !expected.isOptional { report.faults.append("input '\(expected.name)' is gone: requests that name it would be refused") }
                continue
            }
            if let reason = Self.mismatch(found, expected) { report.faults.append("input '\(expected.name)' \(reason)") }
        }
        for input in candidate.signature.inputs where !input.isOptional {
            if !champion.signature.inputs.contains(where: { $0.name == input.name }) {
                report.faults.append("input '\(input.name)' is new and required: today's requests lack it")
            }
        }
        for expected in champion.signature.outputs {
            guard let found = candidate.signature.outputs.first(where: { $0.name == expected.name }) else {
                report.faults.append("output '\(expected.name)' is gone")
                continue
            }
            if let reason = Self.mismatch(found, expected) { report.faults.append("output '\(expected.name)' \(reason)") }
        }
        if champion.maxRows > 1, candidate.maxRows <= 1 { report.warnings.append("requests no longer share a run: \(candidate.batchability)") }
    }

    /// How one tensor's promise breaks the other's. Axes that one of the two leaves open are no break.
    private static func mismatch(_ found: TensorSignature, _ expected: TensorSignature) -> String? {
        if found.dataType != expected.dataType { return "is \(found.dataType) and was \(expected.dataType)" }
        guard let now = found.dims, let before = expected.dims else { return nil }
        if now.count != before.count { return "has \(now.count) axes and had \(before.count)" }
        for (axis, pair) in zip(now, before).enumerated() where pair.0 != pair.1 && pair.0 >= 0 && pair.1 >= 0 {
            return "has extent \(pair.0) on axis \(axis) and had \(pair.1)"
        }
        return nil
    }

    private func check(_ request: RecordedRequest, _ report: inout GateReport.Model) async {
        report.golden += 1
        let answer = await side.ask(candidate, request.inputs)
        if let error = answer.error { return report.faults.append("\(request.name): \(error)") }
        for (name, expected) in request.outputs {
            guard let got = answer[name] else {
                report.faults.append("\(request.name): output '\(name)' is missing")
                continue
            }
            if let difference = request.difference(got, expected) { report.faults.append("\(request.name): output '\(name)' \(difference)") }
        }
    }

    private func compare(_ traffic: [RecordedRequest], _ report: inout GateReport.Model) async {
        var drifts: [String: OutputDrift] = [:]
        var truth = (asked: 0, candidate: 0, champion: 0)
        for request in traffic {
            report.traffic += 1
            let answer = await side.ask(candidate, request.inputs)
            var reference = GateSide.Answer()
            if let champion, let championSide {
                reference = await championSide.ask(champion, request.inputs)
            } else {
                reference.outputs = request.outputs
            }
            if let error = answer.error {
                report.failures += 1
                // What the champion refuses as well is the request's fault.
                if reference.error == nil, report.faults.count < 20 { report.faults.append("\(request.name): \(error)") }
                continue
            }
            var differs = false
            for (name, expected) in reference.outputs {
                guard let got = answer[name] else { continue }
                let isDifferent = request.difference(got, expected) != nil
                differs = differs || isDifferent
                drifts[name, default: OutputDrift(name: name)].add(got, expected, isDifferent: isDifferent)
            }
            if !reference.outputs.isEmpty {
                report.compared += 1
                if differs { report.disagreements += 1 }
            }
            for (name, label) in request.labels {
                let hits = Labels.right(answer[name], label)
                truth.asked += hits.asked
                truth.candidate += hits.right
                truth.champion += Labels.right(reference[name], label).right
            }
        }
        report.drifts = drifts.values.sorted { $0.name < $1.name }
        if truth.asked > 0 {
            report.labels = truth.asked
            report.candidateAccuracy = Double(truth.candidate) / Double(truth.asked)
            if champion != nil { report.championAccuracy = Double(truth.champion) / Double(truth.asked) }
        }
    }

    /// Both in turn, so that whatever else the machine does falls on both.
    private func time(_ requests: [RecordedRequest], _ report: inout GateReport.Model) async {
        var mine: [Int64] = []
        var theirs: [Int64] = []
        for _ in 0..<rounds {
            for request in requests {
                let answer = await side.ask(candidate, request.inputs)
                if answer.error == nil { mine.append(answer.nanos) }
                guard let champion, let championSide else { continue }
                let other = await championSide.ask(champion, request.inputs)
                if other.error == nil { theirs.append(other.nanos) }
            }
        }
        report.candidateLatency = Latency(mine)
        report.championLatency = Latency(theirs)
    }
}
