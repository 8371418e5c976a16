internal import Glibc

/// A thread of the operating system's own, for loops that must never wait behind somebody else's task.
enum Thread {
    private final class Body {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    /// Starts `body` on a new thread, which the caller joins.
    ///
    /// - Parameters:
    ///   - name: seen in `top` and debuggers; fifteen bytes of it.
    ///   - niceness: added to the process's; above 0 yields to threads that serve.
    static func start(name: String, niceness: Int32 = 0, _ body: @escaping @Sendable () -> Void) -> pthread_t {
        let box = Unmanaged.passRetained(
            Body {
                setName(name)
                // On Linux niceness belongs to the thread, and 0 is the calling one.
                if niceness != 0 { setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, niceness) }
                body()
            })
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        pthread_attr_setstacksize(&attributes, 8 << 20)
        var thread = pthread_t()
        let status = pthread_create(&thread, &attributes, threadMain, box.toOpaque())
        pthread_attr_destroy(&attributes)
        guard status == 0 else { fatalError("cannot start thread '\(name)': error \(status)") }
        return thread
    }

    /// A name that cannot be set is no loss.
    private static func setName(_ name: String) {
        let file = open("/proc/thread-self/comm", O_WRONLY | O_CLOEXEC)
        guard file >= 0 else { return }
        let bytes = Array(name.utf8.prefix(15))
        _ = write(file, bytes, bytes.count)
        close(file)
    }

    fileprivate static func main(_ argument: UnsafeMutableRawPointer) {
        Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run()
    }
}

@c private func threadMain(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    if let argument { Thread.main(argument) }
    return nil
}
