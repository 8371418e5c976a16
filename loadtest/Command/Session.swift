internal import LoadTesting

/// One use of the command: a run, a search or a sweep, and its reports.
struct Session {
    private var job: LoadJob
    private let judgement: JudgementOptions
    private let reports: ReportOptions
    private let title: String

    init(
        _ target: TargetOptions, _ requests: RequestOptions, _ load: LoadOptions, _ judgement: JudgementOptions, _ reports: ReportOptions
    ) async throws {
        let scenario = try load.scenario.map { try Scenario(path: $0) }
        let plan = try load.plan(over: scenario?.plan)
        job = LoadJob(plan: plan, server: try target.address(scenario: scenario))
        let models = try requests.models(seed: plan.seed)
        job.models = models.isEmpty ? scenario?.models ?? [] : models
        job.recipes = try requests.recipes()
        if !job.recipes.isEmpty { job.models = [] }
        if let path = load.replay {
            let capture = try Capture(path: path)
            let speed = load.speed
            guard speed > 0, speed.isFinite else { throw LoadError("--speed \(speed) is not above 0") }
            (job.plan, job.recipes, job.models) = (capture.plan(over: job.plan, speed: speed), capture.recipes, [])
            if capture.isCutOff { Terminal.complain("warning: \(path) ends inside a request, which is left out") }
        }
        guard !job.models.isEmpty || !job.recipes.isEmpty else {
            throw LoadError("nothing to send: give --model NAME, --method /package.Service/Method, --scenario or --replay")
        }
        job.actions = scenario?.actions ?? []
        job.assertions = scenario?.assertions ?? []
        for text in judgement.assertions { job.assertions.append(try Assertion(text)) }
        job.serverPID = judgement.serverPid
        job.serverMetrics = try judgement.serverMetrics.map { try target.metricsAddress($0) }
        if !reports.quiet, Terminal.isInteractive { job.onProgress = ProgressLine().show }
        self.judgement = judgement
        self.reports = reports
        title =
            scenario.map(\.name).flatMap { $0.isEmpty ? nil : $0 }
            ?? load.replay.map { "replay of \($0)" } ?? (job.models.map(\.model) + job.recipes.map(\.name)).joined(separator: ", ")
        job = try await job.prepared()
    }

    /// Whether the outcome is sound.
    func run() async throws -> Bool {
        if let search = judgement.search { return try await searchRate(try Assertion(search)) }
        if let sweep = judgement.sweep { return try await sweepConcurrency(try ConcurrencySweep.parse(sweep)) }
        let (result, stable) = try await runUntilStable()
        if job.onProgress != nil { Terminal.show("") }
        if reports.json != "-" { Terminal.say(result.table) }
        for warning in result.warnings { Terminal.complain("warning: \(warning)") }
        if !stable { Terminal.complain("warning: no three runs in a row agreed within \(judgement.stable ?? "")") }
        if let path = reports.json { try TextFile.write(result.json, to: path) }
        if let path = reports.html { try TextFile.write(HTMLReport(title: title, results: [("", result)]).text, to: path) }
        if let path = reports.hdr { try TextFile.write(result.histogramLog, to: path) }
        return result.isSound && stable
    }

    private func runUntilStable() async throws -> (RunResult, Bool) {
        guard let text = judgement.stable else { return (try await job.run(), true) }
        var stability = Stability(tolerance: try Parsing.share(text))
        while true {
            let result = try await job.run()
            let median = Double(result.total.tally.latency.value(at: 0.5))
            if stability.note(requestsPerSecond: result.requestsPerSecond, medianNanos: median) { return (result, true) }
            if stability.runs >= stability.maxRuns { return (result, false) }
        }
    }

    private func searchRate(_ condition: Assertion) async throws -> Bool {
        let (from, to) = try Parsing.rate(judgement.searchRates)
        var search = RateSearch(from: max(1, from), to: max(from, to))
        var trials: [(String, RunResult)] = []
        while let rate = search.next {
            var trial = job
            trial.plan.pace = .open(.poisson)
            trial.plan.phases = [RunPlan.Phase(name: "rate \(Decimals.fixed(rate, 0))", nanos: job.plan.measuredNanos)]
            trial.plan.phases[0].startRate = rate
            trial.plan.phases[0].endRate = rate
            if trial.plan.streams == 1 { trial.plan.streams = 100 }
            trial.assertions = [condition]
            trial.actions = []
            let result = try await trial.run()
            // Answers that do not keep up with the arrivals are no success, however quick the median.
            let keepsUp = result.requestsPerSecond >= rate * 0.9
            let isGood = result.isSound && keepsUp && result.failures == 0
            search.note(rate: rate, isGood: isGood)
            trials.append((Decimals.fixed(rate, 0), result))
            if reports.json != "-" {
                let found = result.assertions.first?.found ?? ""
                Terminal.say(
                    "\(isGood ? "good" : "bad ")  \(Decimals.fixed(rate, 0)) requests/s  \(found)\(keepsUp ? "" : "  falls behind")\(result.failures > 0 ? "  \(result.failures) failures" : "")\n"
                )
            }
        }
        let report = TrialReport(kind: "search", condition: condition.text, best: search.good, trials: trials)
        if reports.json != "-" {
            Terminal.say(
                search.good.map { "highest rate with \(condition.text): \(Decimals.grouped($0)) requests/s\n" }
                    ?? "no rate meets \(condition.text)\n")
        }
        try write(report)
        return search.good != nil
    }

    private func sweepConcurrency(_ values: [Int]) async throws -> Bool {
        var trials: [(String, RunResult)] = []
        for value in values {
            var trial = job
            trial.plan.pace = .closed
            // As many connections as can be filled evenly.
            trial.plan.connections = min(job.plan.connections, value)
            trial.plan.loops = min(job.plan.loops, trial.plan.connections)
            trial.plan.streams = (value + trial.plan.connections - 1) / trial.plan.connections
            trial.plan.phases = [RunPlan.Phase(nanos: job.plan.measuredNanos)]
            trial.plan.phases[0].concurrency = value
            trials.append(("\(value)", try await trial.run()))
        }
        let report = TrialReport(kind: "sweep", condition: nil, best: nil, trials: trials)
        if job.onProgress != nil { Terminal.show("") }
        if reports.json != "-" { Terminal.say(report.table) }
        try write(report)
        return trials.allSatisfy { $0.1.isSound }
    }

    private func write(_ report: TrialReport) throws {
        if let path = reports.json { try TextFile.write(report.json, to: path) }
        if let path = reports.html {
            try TextFile.write(HTMLReport(title: "\(title): \(report.kind)", results: report.trials).text, to: path)
        }
    }
}
