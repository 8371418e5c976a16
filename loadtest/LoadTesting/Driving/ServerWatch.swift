internal import Client
internal import Glibc

/// Watches a server's process on this machine: memory, file descriptors, CPU.
struct ServerWatch {
    private let pid: Int?
    private var first: Sample?
    private var last: Sample?
    private var peak: UInt64 = 0

    struct Sample {
        var residentBytes: UInt64
        var files: Int
        var cpuNanos: UInt64
    }

    init(pid: Int?) { self.pid = pid }

    mutating func begin() {
        first = read()
        peak = first?.residentBytes ?? 0
    }

    mutating func sample() {
        guard pid != nil, let now = resident() else { return }
        peak = max(peak, now)
    }

    mutating func end() { last = read() }

    /// Nil when there is no process to watch, or it has gone.
    var report: ServerReport? {
        guard let first, let last else { return nil }
        return ServerReport(
            residentBytesAtStart: first.residentBytes, residentBytesAtEnd: last.residentBytes,
            residentBytesPeak: max(peak, last.residentBytes), filesAtStart: first.files, filesAtEnd: last.files,
            cpuNanos: last.cpuNanos &- first.cpuNanos)
    }

    private func read() -> Sample? {
        guard let pid, let resident = resident(), let stat = try? LocalFile.read("/proc/\(pid)/stat") else { return nil }
        // The name, in parentheses, may hold anything; what follows it is numbers.
        let text = String(decoding: stat, as: UTF8.self)
        guard let end = text.lastIndex(of: ")") else { return nil }
        let fields = text[end...].split(separator: " ")
        guard fields.count > 13, let user = UInt64(fields[12]), let system = UInt64(fields[13]) else { return nil }
        let tick = 1_000_000_000 / UInt64(max(1, sysconf(Int32(_SC_CLK_TCK))))
        return Sample(residentBytes: resident, files: files(), cpuNanos: (user + system) * tick)
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
    public var residentBytesAtStart: UInt64
    public var residentBytesAtEnd: UInt64
    public var residentBytesPeak: UInt64
    public var filesAtStart: Int
    public var filesAtEnd: Int
    public var cpuNanos: UInt64

    /// Of the resident memory at the start, 0.1 for a tenth.
    public var residentGrowth: Double {
        residentBytesAtStart == 0 ? 0 : (Double(residentBytesAtEnd) - Double(residentBytesAtStart)) / Double(residentBytesAtStart)
    }
}
