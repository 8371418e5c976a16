internal import ArgumentParser

struct ReportOptions: ParsableArguments {
    @Option(help: "Write the result as JSON to this file; - for standard output, without the table.") var json: String?
    @Option(help: "Write a report with curves as one HTML file.") var html: String?
    @Option(help: "Write the latencies as a log that HdrHistogram's tools read.") var hdr: String?
    @Flag(help: "Say nothing while it runs.") var quiet = false
}
