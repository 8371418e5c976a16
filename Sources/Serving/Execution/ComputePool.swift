internal import Engine
internal import Glibc
internal import Synchronization

/// Something that has work for a lane from time to time.
protocol WorkSource: AnyObject, Sendable {
    /// Higher is served before lower.
    var lanePriority: Int { get }
    /// Lane time that it has had, for fairness among equals. Read and written under the pool's lock only.
    var laneTime: LaneTime { get }

    /// Takes what there is and runs it on this thread. Returns when to look again, if that is known and nothing else will say so.
    func runOnce() -> Int64?
}

/// The lane time of one source; the pool's own bookkeeping.
final class LaneTime: @unchecked Sendable {
    // Touched under the pool's lock only: that is what `@unchecked Sendable` rests on.
    fileprivate var nanos: Int64 = 0
    fileprivate var isListed = false
    fileprivate var lookAtNanos = Int64.max
}

/// The process's compute threads. All models share them, so that models never fight for cores.
///
/// A lane takes the most urgent source, runs one batch of it and looks again. Lanes with nothing to do are parked each by itself and
/// woken one at a time, the latest to park first: its caches are warm.
public final class ComputePool: Sendable {
    private struct State {
        var runnable: [any WorkSource] = []
        /// Sources that asked to be looked at later.
        var timed: [any WorkSource] = []
        var parked: [Int] = []
        /// The parked lane that watches the clock for the timed sources.
        var timekeeper: Int?
        var isStopping = false
        var threads: [pthread_t] = []
        var leastTime: Int64 = 0
    }

    public let laneCount: Int
    let clock: MonotonicClock
    private let state = Mutex(State())
    private let parking: [ParkingSpot]
    private let busy = Atomic<Int>(0)

    /// - Parameter lanes: threads; 1 or more.
    public init(lanes: Int, clock: MonotonicClock = .system) {
        laneCount = max(1, lanes)
        self.clock = clock
        parking = (0..<max(1, lanes)).map { _ in ParkingSpot() }
    }

    /// Starts the threads. Once.
    public func start() {
        for lane in 0..<laneCount {
            let thread = Thread.start(name: "lane \(lane)") { [self] in run(lane) }
            state.withLock { $0.threads.append(thread) }
        }
    }

    /// Ends the threads, each after the batch it runs. Queued work stays where it is.
    public func stop() {
        let threads = state.withLock { state in
            state.isStopping = true
            defer { state.threads = [] }
            return state.threads
        }
        for spot in parking { spot.wake() }
        for thread in threads { pthread_join(thread, nil) }
    }

    /// Lanes without work at this moment.
    public var idleLanes: Int { state.withLock { $0.parked.count } }

    /// Whether the lane that asks is the only one with work.
    var hasOneBusyLane: Bool { busy.load(ordering: .relaxed) == 1 }

    private func occupy(by change: Int) {
        busy.wrappingAdd(change, ordering: .relaxed)
        EngineThreads.occupied(by: change)
    }

    /// Lists `source` as having work and wakes a parked lane for it.
    ///
    /// - Parameter callerWillLook: the caller is a lane that is about to take the next source itself.
    func enqueue(_ source: any WorkSource, callerWillLook: Bool = false) {
        let lane: Int? = state.withLock { state in
            let time = source.laneTime
            guard !time.isListed else { return nil }
            time.isListed = true
            // A source that slept has no claim on the time it did not use.
            time.nanos = max(time.nanos, state.leastTime)
            state.runnable.append(source)
            if callerWillLook, state.runnable.count < 2 { return nil }
            return state.parked.popLast()
        }
        if let lane { parking[lane].wake() }
    }

    /// Looks at `source` at `nanos`, or earlier if it is listed before.
    func enqueue(_ source: any WorkSource, atNanos nanos: Int64) {
        let lane: Int? = state.withLock { state in
            let time = source.laneTime
            if time.lookAtNanos == .max { state.timed.append(source) }
            let isEarliest = state.timed.allSatisfy { nanos < $0.laneTime.lookAtNanos }
            time.lookAtNanos = min(time.lookAtNanos, nanos)
            guard isEarliest else { return nil }
            if let keeper = state.timekeeper { return keeper }
            return state.parked.last
        }
        // The lane wakes, sees the new time, and parks until then.
        if let lane { parking[lane].wake() }
    }

    private enum Next {
        case run(any WorkSource)
        case park(untilNanos: Int64?)
        case stop
    }

    private func run(_ lane: Int) {
        while true {
            switch next(lane) {
            case .run(let source):
                let start = clock.nowNanos
                occupy(by: 1)
                let lookAt = source.runOnce()
                occupy(by: -1)
                let end = clock.nowNanos
                state.withLock { _ in source.laneTime.nanos &+= max(1, end - start) }
                if let lookAt { enqueue(source, atNanos: lookAt) }
            case .park(let until):
                parking[lane].park(untilNanos: until)
            case .stop:
                return
            }
        }
    }

    private func next(_ lane: Int) -> Next {
        let now = clock.nowNanos
        return state.withLock { state in
            state.parked.removeAll { $0 == lane }
            if state.timekeeper == lane { state.timekeeper = nil }
            if state.isStopping { return .stop }
            var earliest = Int64.max
            var index = 0
            while index < state.timed.count {
                let time = state.timed[index].laneTime
                if time.lookAtNanos <= now {
                    time.lookAtNanos = .max
                    let source = state.timed.remove(at: index)
                    if !time.isListed {
                        time.isListed = true
                        time.nanos = max(time.nanos, state.leastTime)
                        state.runnable.append(source)
                    }
                } else {
                    earliest = min(earliest, time.lookAtNanos)
                    index += 1
                }
            }
            guard let best = Self.mostUrgent(state.runnable) else {
                state.parked.append(lane)
                guard earliest != .max, state.timekeeper == nil else { return .park(untilNanos: nil) }
                state.timekeeper = lane
                return .park(untilNanos: earliest)
            }
            let source = state.runnable.remove(at: best)
            source.laneTime.isListed = false
            state.leastTime = max(state.leastTime, source.laneTime.nanos)
            return .run(source)
        }
    }

    private static func mostUrgent(_ sources: [any WorkSource]) -> Int? {
        guard var best = sources.indices.first else { return nil }
        for index in sources.indices.dropFirst() {
            let (one, other) = (sources[index], sources[best])
            if one.lanePriority > other.lanePriority
                || (one.lanePriority == other.lanePriority && one.laneTime.nanos < other.laneTime.nanos)
            {
                best = index
            }
        }
        return best
    }
}
