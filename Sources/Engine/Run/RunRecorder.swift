internal import Glibc

/// Adds up what the nodes of a model's outermost graph cost, run after run. Used by one run at a time.
public final class RunRecorder {
    /// What one node has cost so far.
    public struct Entry {
        /// The node as errors name it.
        public let place: String
        public fileprivate(set) var nanoseconds = 0
        public fileprivate(set) var runs = 0
    }

    private var byPlace: [String: Entry] = [:]

    public init() {}

    /// The costliest first.
    public var entries: [Entry] { byPlace.values.sorted { $0.nanoseconds > $1.nanoseconds } }

    static func now() -> Int {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return time.tv_sec * 1_000_000_000 + time.tv_nsec
    }

    func add(_ place: String, since start: Int) {
        byPlace[place, default: Entry(place: place)].nanoseconds += Self.now() - start
        byPlace[place]?.runs += 1
    }
}
