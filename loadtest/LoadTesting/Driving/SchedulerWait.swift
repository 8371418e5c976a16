internal import Client

/// How long the calling thread was ready to run and had no processor: what says that the machine is too small for the test.
enum SchedulerWait {
    /// Nanoseconds since the thread began; 0 where the system does not tell.
    static var nanos: UInt64 {
        guard let bytes = try? LocalFile.read("/proc/thread-self/schedstat") else { return 0 }
        let fields = String(decoding: bytes, as: UTF8.self).split(separator: " ")
        return fields.count > 1 ? UInt64(fields[1]) ?? 0 : 0
    }
}
