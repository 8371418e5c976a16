internal import ArgumentParser

struct JudgementOptions: ParsableArguments {
    @Option(name: .customLong("assert"), help: "What must hold, such as 'p99 < 5ms' or 'errors == 0'. May be given again.") var assertions:
        [String] = []
    @Option(help: "Find the highest rate at which this holds, such as 'p99 < 5ms'.") var search: String?
    @Option(help: "Where the search begins, and ends: FROM:TO requests per second.") var searchRates = "100:1000000"
    @Option(help: "Closed loops of rising concurrency: 1,2,4,8 or FROM:TO (doubling) or FROM:TO:STEP.") var sweep: String?
    @Option(help: "Repeat the run until three in a row agree within this share, such as 10%; the last one counts.") var stable: String?
    @Option(help: "The server's process on this machine: its memory, files and CPU are watched.") var serverPid: Int?
    @Option(help: "HOST:PORT of the server's metrics for Prometheus: watched as well, or in place of its process.") var serverMetrics: String?
}
