#if canImport(Glibc)
    internal import Glibc
#endif

/// Seconds of this thread's CPU that a call takes: the best of several batches, each long enough for the clock.
func seconds(_ body: () -> Void) -> Double {
    func now() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }
    var calls = 1
    var best = Double.infinity
    while true {
        let start = now()
        for _ in 0..<calls { body() }
        let took = now() - start
        if took > 0.004 || calls > 1 << 22 {
            best = took / Double(calls)
            break
        }
        calls *= 2
    }
    for _ in 0..<12 {
        let start = now()
        for _ in 0..<calls { body() }
        best = min(best, (now() - start) / Double(calls))
    }
    return best
}
