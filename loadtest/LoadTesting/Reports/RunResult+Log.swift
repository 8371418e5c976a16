extension RunResult {
    /// The latencies, in the log format of HdrHistogram: one line for all of the run, and one for each interval. Microseconds
    /// would lose digits: values are nanoseconds.
    public var histogramLog: String {
        var text = "#[Histogram log format version 1.3]\n#[Latency in nanoseconds, from the intended start]\n"
        text += "\"StartTimestamp\",\"Interval_Length\",\"Interval_Max\",\"Interval_Compressed_Histogram\"\n"
        func line(_ start: Double, _ length: Double, _ latency: Histogram, tag: String = "") {
            text +=
                "\(tag)\(Decimals.fixed(start, 3)),\(Decimals.fixed(length, 3)),\(Decimals.fixed(Double(latency.max), 3)),\(latency.encoded())\n"
        }
        for (index, interval) in intervals.enumerated() {
            guard let latency = interval.latency else { continue }
            line(Double(intervalNanos) * Double(index) / 1e9, Double(intervalNanos) / 1e9, latency, tag: "Tag=interval,")
        }
        line(0, Double(measuredNanos) / 1e9, total.tally.latency)
        return text
    }
}
