internal import Client
public import Engine
internal import Glibc
internal import Monitoring
internal import Tensors

/// Runs one model again and again in this process and says how long it takes: no network, no queue.
public struct EngineBenchmark {
    public struct Report: Sendable {
        public var runs: Int
        /// Medians over the runs.
        public var wallMilliseconds: Double
        public var cpuMilliseconds: Double
        public var loadMilliseconds: Double
        public var peakMebibytes: Double

        public var table: String {
            func number(_ value: Double) -> String { String((value * 1000).rounded() / 1000) }
            return "\(runs) runs: median \(number(wallMilliseconds)) ms, CPU \(number(cpuMilliseconds)) ms; "
                + "loaded in \(number(loadMilliseconds)) ms, peak memory \(number(peakMebibytes)) MiB"
        }

        public var json: String {
            "{\"runs\": \(runs), \"wall_ms\": \(wallMilliseconds), \"cpu_ms\": \(cpuMilliseconds), "
                + "\"load_ms\": \(loadMilliseconds), \"peak_mib\": \(peakMebibytes)}"
        }
    }

    public var path: String
    /// The extent that open leading dimensions get.
    public var batch = 1
    public var threads = 1
    /// Shapes of inputs by name; inputs that are not named get 1 for every open extent.
    public var shapes: [String: [Int]] = [:]
    /// The value of every element of an integer input, by name; others get zeros and ones.
    public var values: [String: Int] = [:]
    public var seconds = 1.0

    public init(path: String) { self.path = path }

    public func run() throws(EngineError) -> Report {
        EngineThreads.count = threads
        let begin = nanos(CLOCK_MONOTONIC)
        let model = try ModelReport.load(path)
        let loaded = nanos(CLOCK_MONOTONIC)
        let inputs = try SampleInputs(shapes: shapes, values: values, batch: batch).make(for: model.signature)
        for _ in 0..<2 { _ = try model.run(inputs) }
        var wall: [Int] = []
        var cpu: [Int] = []
        let stop = nanos(CLOCK_MONOTONIC) + Int(seconds * 1e9)
        while nanos(CLOCK_MONOTONIC) < stop || wall.count < 3 {
            let startCPU = nanos(CLOCK_PROCESS_CPUTIME_ID)
            let start = nanos(CLOCK_MONOTONIC)
            _ = try model.run(inputs)
            wall.append(nanos(CLOCK_MONOTONIC) - start)
            cpu.append(nanos(CLOCK_PROCESS_CPUTIME_ID) - startCPU)
        }
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return Report(
            runs: wall.count, wallMilliseconds: median(wall) / 1e6, cpuMilliseconds: median(cpu) / 1e6,
            loadMilliseconds: Double(loaded - begin) / 1e6, peakMebibytes: Double(usage.ru_maxrss) / 1024)
    }

    /// What each node costs, the costliest first, as a table of microseconds a run.
    public func profile() throws(EngineError) -> String {
        EngineThreads.count = threads
        let model = try Model.load(path: path)
        let inputs = try SampleInputs(shapes: shapes, values: values, batch: batch).make(for: model.signature)
        for _ in 0..<2 { _ = try model.run(inputs) }
        let recorder = RunRecorder()
        var runs = 0
        let stop = nanos(CLOCK_MONOTONIC) + Int(seconds * 1e9)
        while nanos(CLOCK_MONOTONIC) < stop || runs < 3 {
            try model.run(inputs, recordedBy: recorder)
            runs += 1
        }
        let total = recorder.entries.reduce(0) { $0 + $1.nanoseconds }
        var table = TextTable("µs", "share", "node")
        for entry in recorder.entries {
            let share = Double(entry.nanoseconds) / Double(max(total, 1))
            table.append(
                String(Double(entry.nanoseconds / runs / 100) / 10), "\((share * 1000).rounded() / 10) %", entry.place)
        }
        return table.rendered()
    }

    private func median(_ values: [Int]) -> Double { Double(values.sorted()[values.count / 2]) }

    private func nanos(_ clock: clockid_t) -> Int { Int(ClockTime.nanos(clock)) }
}
