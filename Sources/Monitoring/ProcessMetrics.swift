internal import Glibc

/// What the process takes of its machine, by the names that Prometheus' own libraries use.
public enum ProcessMetrics {
    /// Read at each call: a few files of the kernel. Any thread.
    public static var families: [MetricFamily] {
        [
            MetricFamily(
                name: "process_resident_memory_bytes", help: "Resident memory size in bytes.", kind: .gauge,
                samples: [.init(.integer(residentBytes))]),
            MetricFamily(
                name: "process_open_fds", help: "Number of open file descriptors.", kind: .gauge, samples: [.init(.integer(openFiles))]),
            MetricFamily(
                name: "process_cpu_seconds_total", help: "Total user and system CPU time spent in seconds.", kind: .counter,
                samples: [.init(.number(Double(ClockTime.nanos(CLOCK_PROCESS_CPUTIME_ID)) / 1e9))]),
        ]
    }

    /// 0 where the kernel does not say.
    package static var residentBytes: UInt64 {
        guard let file = fopen("/proc/self/statm", "re") else { return 0 }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 128)
        guard fgets(&line, Int32(line.count), file) != nil else { return 0 }
        let bytes = line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        let fields = String(decoding: bytes, as: UTF8.self).split(separator: " ")
        guard fields.count > 1, let pages = UInt64(fields[1]) else { return 0 }
        return pages &* UInt64(max(1, sysconf(Int32(_SC_PAGESIZE))))
    }

    static var openFiles: UInt64 {
        guard let folder = opendir("/proc/self/fd") else { return 0 }
        defer { closedir(folder) }
        var count: UInt64 = 0
        while readdir(folder) != nil { count += 1 }
        // Two names that every folder has, and the folder itself.
        return count > 3 ? count - 3 : 0
    }
}
