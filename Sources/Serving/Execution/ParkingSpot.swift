internal import Glibc

/// Where one thread sleeps until it is woken. A wake that comes first is not lost.
///
/// The mutex and the condition live at fixed addresses for as long as the spot does: that is what `@unchecked Sendable` rests on.
package final class ParkingSpot: @unchecked Sendable {
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var isWoken = false

    package init() {
        pthread_mutex_init(mutex, nil)
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        pthread_cond_init(condition, &attributes)
        pthread_condattr_destroy(&attributes)
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    /// Lets the sleeper go on, now or when it next parks. Any thread.
    package func wake() {
        pthread_mutex_lock(mutex)
        isWoken = true
        pthread_mutex_unlock(mutex)
        pthread_cond_signal(condition)
    }

    /// Sleeps until woken or, on `CLOCK_MONOTONIC`, until `untilNanos`. One thread only.
    package func park(untilNanos: Int64?) {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while !isWoken {
            guard let untilNanos else {
                pthread_cond_wait(condition, mutex)
                continue
            }
            var time = timespec(tv_sec: Int(untilNanos / 1_000_000_000), tv_nsec: Int(untilNanos % 1_000_000_000))
            if pthread_cond_timedwait(condition, mutex, &time) == ETIMEDOUT { break }
        }
        isWoken = false
    }
}
