internal import Glibc
internal import Synchronization

/// Threads for slow work: reading models, warming them up, freeing them. They yield to the lanes, so that loading never stalls serving.
final class LoaderPool: Sendable {
    private struct State {
        var jobs: [@Sendable () -> Void] = []
        var parked: [Int] = []
        var isStopping = false
        var threads: [pthread_t] = []
    }

    /// Added to the niceness of the process.
    static let niceness: Int32 = 10

    private let state = Mutex(State())
    private let parking: [ParkingSpot]

    init(threads: Int) {
        parking = (0..<max(1, threads)).map { _ in ParkingSpot() }
    }

    func start() {
        for index in parking.indices {
            let thread = Thread.start(name: "loader \(index)", niceness: Self.niceness) { [self] in run(index) }
            state.withLock { $0.threads.append(thread) }
        }
    }

    /// Ends the threads once the jobs that run now are done; what has not begun is dropped.
    func stop() {
        let threads = state.withLock { state in
            state.isStopping = true
            defer { state.threads = [] }
            return state.threads
        }
        for spot in parking { spot.wake() }
        for thread in threads { pthread_join(thread, nil) }
    }

    /// Runs `job` on some thread, after those that came before it have begun.
    func enqueue(_ job: @escaping @Sendable () -> Void) {
        let index = state.withLock { state in
            state.jobs.append(job)
            return state.parked.popLast()
        }
        if let index { parking[index].wake() }
    }

    private func run(_ index: Int) {
        while true {
            let (job, isStopping) = state.withLock { state -> ((@Sendable () -> Void)?, Bool) in
                state.parked.removeAll { $0 == index }
                if state.isStopping { return (nil, true) }
                guard state.jobs.isEmpty else { return (state.jobs.removeFirst(), false) }
                state.parked.append(index)
                return (nil, false)
            }
            if isStopping { return }
            if let job { job() } else { parking[index].park(untilNanos: nil) }
        }
    }
}
