import Glibc
import Serving
import Synchronization

/// A sink that counts answers, calls back, and lets a test wait.
final class Collector: ReplySink {
    private let count = Mutex(0)
    private let body: @Sendable (InferenceRequest) -> Void

    init(_ body: @escaping @Sendable (InferenceRequest) -> Void = { _ in }) { self.body = body }

    func finished(_ request: InferenceRequest) {
        body(request)
        count.withLock { $0 += 1 }
    }

    var answers: Int { count.withLock { $0 } }

    /// Waits until `wanted` answers came; false when they do not within twenty seconds.
    func wait(for wanted: Int) -> Bool { eventually { self.answers >= wanted } }
}

/// Waits until `condition` holds; false when it does not within twenty seconds.
func eventually(_ condition: () -> Bool) -> Bool {
    for _ in 0..<20_000 {
        if condition() { return true }
        usleep(1000)
    }
    return condition()
}
