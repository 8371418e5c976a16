import Glibc

/// Threads that a test starts and waits for.
final class ThreadGroup {
    private final class Body {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    private var threads: [pthread_t] = []

    func start(_ body: @escaping @Sendable () -> Void) {
        var thread = pthread_t()
        let box = Unmanaged.passRetained(Body(body))
        let status = pthread_create(&thread, nil, runBody, box.toOpaque())
        precondition(status == 0, "no thread")
        threads.append(thread)
    }

    func join() {
        for thread in threads { pthread_join(thread, nil) }
        threads = []
    }

    fileprivate static func run(_ argument: UnsafeMutableRawPointer) {
        Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run()
    }
}

@c private func runBody(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    if let argument { ThreadGroup.run(argument) }
    return nil
}
