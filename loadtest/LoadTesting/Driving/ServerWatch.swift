internal import Client
internal import Glibc

/// Watches a server: memory, file descriptors and CPU of its process on this machine, or what its metrics say of them.
struct ServerWatch: Sendable {
    private let pid: Int?
    private let metrics: RestControl?
    private var samples: [Sample] = []
    private var firstMetrics: [String: Double] = [:]
    private var lastMetrics: [String: Double] = [:]
    private var start: UInt64 = 0

    struct Sample: Sendable {
        var nanos: UInt64
        var residentBytes: UInt64
        var files: Int
        var cpuNanos: UInt64
    }

    /// Samples kept. Beyond: every second one is dropped, and half as many are taken.
    private static let maxSamples = 600
    private var stride = 1
    private var calls = 0

    init(pid: Int?, metrics: ServerAddress? = nil) {
        self.pid = pid
        self.metrics = metrics.map { RestControl(server: $0) }
    }

    mutating func begin() async throws {
        start = LoadClock.monotonic
        if metrics != nil { firstMetrics = try await scrape() }
        take(firstMetrics)
    }

    /// Called a few times a second.
    mutating func sample() async {
        calls += 1
        guard calls % stride == 0 else { return }
        if pid != nil {
            take([:])
        } else if metrics != nil, calls % (4 * stride) == 0, let now = try? await scrape() {
            take(now)
        }
        if samples.count > Self.maxSamples {
            samples = samples.indices.filter { $0 % 2 == 0 }.map { samples[$0] }
            stride *= 2
        }
    }

    /// At the end of the measured time.
    mutating func end() async {
        if pid != nil { return take([:]) }
        if metrics != nil, let now = try? await scrape() { take(now) }
    }

    /// Once the last answers have come: what should be empty is.
    mutating func settle() async { if metrics != nil, let now = try? await scrape() { lastMetrics = now } }

    private func scrape() async throws -> [String: Double] {
        guard let metrics else { return [:] }
        return MetricsScrape(text: String(decoding: try await metrics.get("/metrics"), as: UTF8.self)).values
    }

    private mutating func take(_ metrics: [String: Double]) {
        if pid != nil {
            if let sample = read() { samples.append(sample) }
        } else if let bytes = metrics["process_resident_memory_bytes"] {
            samples.append(
                Sample(
                    nanos: LoadClock.monotonic &- start, residentBytes: UInt64(max(0, bytes)), files: Int(metrics["process_open_fds"] ?? 0),
                    cpuNanos: UInt64(max(0, metrics["process_cpu_seconds_total"] ?? 0) * 1e9)))
        }
    }

    /// Nil when there is nothing to watch, or it has gone.
    var report: ServerReport? {
        guard let first = samples.first, let last = samples.last, samples.count > 1 || metrics != nil else {
            return lastMetrics.isEmpty ? nil : ServerReport(samples: [], metricsAtStart: firstMetrics, metricsAtEnd: lastMetrics)
        }
        var report = ServerReport(
            samples: samples.map { .init(nanos: $0.nanos, residentBytes: $0.residentBytes, files: $0.files) }, metricsAtStart: firstMetrics,
            metricsAtEnd: lastMetrics)
        report.cpuNanos = last.cpuNanos &- first.cpuNanos
        return report
    }

    private func read() -> Sample? {
        guard let pid, let resident = resident(), let stat = try? LocalFile.read("/proc/\(pid)/stat") else { return nil }
        // The name, in parentheses, may hold anything; what follows it is numbers.
        let text = String(decoding: stat, as: UTF8.self)
        guard let end = text.lastIndex(of: ")") else { return nil }
        let fields = text[end...].split(separator: " ")
        guard fields.count > 13, let user = UInt64(fields[12]), let system = UInt64(fields[13]) else { return nil }
        let tick = 1_000_000_000 / UInt64(max(1, sysconf(Int32(_SC_CLK_TCK))))
        return Sample(nanos: LoadClock.monotonic &- start, residentBytes: resident, files: files(), cpuNanos: (user + system) * tick)
    }

    private func resident() -> UInt64? {
        guard let pid, let bytes = try? LocalFile.read("/proc/\(pid)/statm") else { return nil }
        let fields = String(decoding: bytes, as: UTF8.self).split(separator: " ")
        guard fields.count > 1, let pages = UInt64(fields[1]) else { return nil }
        return pages * UInt64(max(1, sysconf(Int32(_SC_PAGESIZE))))
    }

    private func files() -> Int {
        guard let pid, let folder = opendir("/proc/\(pid)/fd") else { return 0 }
        defer { closedir(folder) }
        var count = 0
        while readdir(folder) != nil { count += 1 }
        return max(0, count - 2)
    }
}

/// What a run did to the server's process.
public struct ServerReport: Sendable {
    /// A moment of the run.
    public struct Sample: Sendable {
        public var nanos: UInt64
        public var residentBytes: UInt64
        public var files: Int

        package init(nanos: UInt64, residentBytes: UInt64, files: Int) {
            self.nanos = nanos
            self.residentBytes = residentBytes
            self.files = files
        }
    }

    public var samples: [Sample]
    /// Sums over the labels of each metric, when the measured time began and after the last answer.
    public var metricsAtStart: [String: Double]
    public var metricsAtEnd: [String: Double]
    public var cpuNanos: UInt64 = 0

    package init(samples: [Sample], metricsAtStart: [String: Double] = [:], metricsAtEnd: [String: Double] = [:]) {
        self.samples = samples
        self.metricsAtStart = metricsAtStart
        self.metricsAtEnd = metricsAtEnd
    }

    public var residentBytesAtStart: UInt64 { samples.first?.residentBytes ?? 0 }
    public var residentBytesAtEnd: UInt64 { samples.last?.residentBytes ?? 0 }
    public var residentBytesPeak: UInt64 { samples.map(\.residentBytes).max() ?? 0 }
    public var filesAtStart: Int { samples.first?.files ?? 0 }
    public var filesAtEnd: Int { samples.last?.files ?? 0 }

    /// How much more memory the last quarter of the run had than the second: the medians, so that neither filling of pools at the start nor
    /// one moment decides. With few samples, from the first to the last. Bytes.
    public var residentBytesGrowth: Double { growth { Double($0.residentBytes) } }
    /// The same of file descriptors.
    public var filesGrowth: Double { growth { Double($0.files) } }

    /// As a share of the memory that it grew from, 0.1 for a tenth.
    public var residentGrowth: Double {
        let end = level(samples.suffix(quarter)) { Double($0.residentBytes) }
        let base = end - residentBytesGrowth
        return base <= 0 ? 0 : residentBytesGrowth / base
    }

    /// How much a metric rose; nil when the server has none of that name.
    public func rise(of metric: String) -> Double? {
        guard let end = metricsAtEnd[metric] else { return nil }
        return end - (metricsAtStart[metric] ?? 0)
    }

    private var quarter: Int { samples.count < 16 ? 1 : samples.count / 4 }

    private func growth(_ value: (Sample) -> Double) -> Double {
        guard samples.count >= 16 else { return level(samples.suffix(1), value) - level(samples.prefix(1), value) }
        return level(samples.suffix(quarter), value) - level(samples[quarter..<2 * quarter], value)
    }

    private func level(_ some: ArraySlice<Sample>, _ value: (Sample) -> Double) -> Double {
        let sorted = some.map(value).sorted()
        return sorted.isEmpty ? 0 : sorted[sorted.count / 2]
    }
}
