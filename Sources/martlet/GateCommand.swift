public import ArgumentParser
internal import Client
public import Console

struct GateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gate",
        abstract: "Decide whether a candidate may take the place of what serves now; exit 1 when not.")

    @Argument(help: "The candidate: a model repository, or the folder of one model.") var candidate: String
    @Option(help: "What serves now, in the same form.") var champion: String?
    @Option(help: "Only this model.") var model: String?
    @Option(help: "Requests whose answers must be met: a .json, a .jsonl or a folder of them. May be given again.") var golden: [String] = []
    @Option(help: "Recorded requests that both sides are asked, with labels or without. May be given again.") var traffic: [String] = []
    @Option(
        help: """
            A bound, NAME=VALUE: p50, p99 (5ms), p99-ratio (1.5), memory (200MB), memory-ratio, accuracy (0.95), accuracy-drop (1%), \
            disagreement (2%), drift (10%). May be given again.
            """) var slo: [Objective] = []
    @Option(help: "How often the requests are asked for the latencies.") var rounds = 5
    @Option(help: "File for the report in Markdown, beside what is printed.") var markdown: String?
    @Option(help: "File for the report in JSON.") var json: String?

    func run() async throws {
        var gate = Gate(candidate: candidate)
        gate.champion = champion
        gate.model = model
        gate.golden = golden
        gate.traffic = traffic
        gate.objectives = slo
        gate.rounds = rounds
        let report = try await gate.run()
        print(report.markdown, terminator: "")
        if let markdown { try LocalFile.write(Array(report.markdown.utf8), to: markdown) }
        if let json { try LocalFile.write(Array(report.json.utf8), to: json) }
        guard report.isGood else { throw ExitCode.failure }
    }
}

extension Objective: ExpressibleByArgument {
    public init?(argument: String) { self.init(argument) }
}
