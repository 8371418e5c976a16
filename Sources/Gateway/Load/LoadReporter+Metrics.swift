internal import Messages
internal import Monitoring

extension LoadReporter {
    /// The same figures for a scrape.
    var families: [MetricFamily] {
        let report = report
        func gauge(_ name: String, _ help: String, _ value: Double) -> MetricFamily {
            MetricFamily(name: name, help: help, kind: .gauge, samples: [.init(.number(value))])
        }
        return [
            gauge("martlet_utilization", "Work at hand over compute threads: 1 when all are busy and nothing waits.", report.applicationUtilization),
            gauge("martlet_cpu_utilization", "Share of the compute threads' processors that the process uses.", report.cpuUtilization),
        ]
    }
}
