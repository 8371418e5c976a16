internal import Glibc
internal import Synchronization

/// The threads that one operator's work may be spread over, beside the one that runs it.
///
/// One job at a time: whoever finds the pool busy does the work alone, so that nobody ever waits for somebody else's job.
final class WorkerPool: @unchecked Sendable {
    // Sendable because everything that changes is atomic or changes under `mutex`.

    static let shared = WorkerPool()

    /// Pieces are handed out in at most this many portions a thread: more even out better, and cost more.
    private static let portionsPerThread = 4
    private static let stackBytes = 2 << 20

    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let wake = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private let done = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

    private let threadCount = Atomic<Int>(1)
    private let isBusy = Atomic<Bool>(false)
    private let occupiedCount = Atomic<Int>(0)

    // Under `mutex`.
    private var startedThreads = 0
    private var body: UnsafePointer<(Range<Int>) -> Void>?
    private var jobNumber = 0
    private var activeWorkers = 0
    private var mostWorkers = 0

    private let next = Atomic<Int>(0)
    private var count = 0
    private var portion = 1

    private init() {
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(wake, nil)
        pthread_cond_init(done, nil)
    }

    /// Threads per job, the caller's included.
    var threads: Int { threadCount.load(ordering: .relaxed) }

    /// Sets the number of threads, starting what is missing. Threads once started stay, asleep.
    func setThreads(_ threads: Int) {
        let threads = max(1, threads)
        threadCount.store(threads, ordering: .relaxed)
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        defer { pthread_attr_destroy(&attributes) }
        pthread_attr_setstacksize(&attributes, Self.stackBytes)
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        while startedThreads < threads - 1 {
            var thread = pthread_t()
            guard pthread_create(&thread, &attributes, workerMain, nil) == 0 else {
                threadCount.store(startedThreads + 1, ordering: .relaxed)
                return
            }
            startedThreads += 1
        }
    }

    func occupied(by change: Int) { occupiedCount.wrappingAdd(change, ordering: .relaxed) }

    /// Threads that the next job may have.
    private var available: Int {
        let others = max(0, occupiedCount.load(ordering: .relaxed) - 1)
        let left = threads - others
        return left > 1 && !Self.isAlone ? left : 1
    }

    /// Whether the calling thread wants no help. Kept in the thread itself; a stored pointer that is not nil means yes.
    static var isAlone: Bool {
        get { pthread_getspecific(aloneKey) != nil }
        set { pthread_setspecific(aloneKey, newValue ? UnsafeRawPointer(bitPattern: 1) : nil) }
    }

    private static let aloneKey: pthread_key_t = {
        var key = pthread_key_t()
        pthread_key_create(&key, nil)
        return key
    }()

    /// Calls `body` over ranges that cover `0..<count`, on as many threads as are set; on this one alone when the pool is busy.
    func run(_ count: Int, _ body: (Range<Int>) -> Void) {
        let threads = available
        guard threads > 1, count > 1,
            isBusy.compareExchange(expected: false, desired: true, ordering: .acquiring).exchanged
        else {
            body(0..<count)
            return
        }
        defer { isBusy.store(false, ordering: .releasing) }
        withoutActuallyEscaping(body) { escaping in
            withUnsafePointer(to: escaping) { pointer in
                pthread_mutex_lock(mutex)
                self.body = pointer
                self.count = count
                mostWorkers = threads - 1
                portion = max(1, count / (threads * Self.portionsPerThread))
                next.store(0, ordering: .relaxed)
                jobNumber += 1
                pthread_cond_broadcast(wake)
                pthread_mutex_unlock(mutex)
                work(pointer)
                pthread_mutex_lock(mutex)
                // Nobody may join any more; those who did must be through before the closure goes.
                self.body = nil
                while activeWorkers > 0 { pthread_cond_wait(done, mutex) }
                pthread_mutex_unlock(mutex)
            }
        }
    }

    private func work(_ body: UnsafePointer<(Range<Int>) -> Void>) {
        while true {
            let start = next.wrappingAdd(portion, ordering: .relaxed).oldValue
            if start >= count { return }
            body.pointee(start..<min(start + portion, count))
        }
    }

    /// The life of a worker.
    fileprivate func serve() {
        var seen = 0
        pthread_mutex_lock(mutex)
        while true {
            while body == nil || jobNumber == seen { pthread_cond_wait(wake, mutex) }
            seen = jobNumber
            guard let body, activeWorkers < mostWorkers else { continue }
            activeWorkers += 1
            pthread_mutex_unlock(mutex)
            work(body)
            pthread_mutex_lock(mutex)
            activeWorkers -= 1
            if activeWorkers == 0 { pthread_cond_signal(done) }
        }
    }
}

@c(martlet_engine_worker_main)
private func workerMain(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    WorkerPool.shared.serve()
    return nil
}
