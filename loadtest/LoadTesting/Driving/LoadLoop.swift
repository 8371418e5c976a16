package import HTTP2
internal import NIOCore
internal import Synchronization

/// The part of a run that one event loop does: decides when which request goes out, and counts what comes back.
///
/// Confined to its event loop, but for `progress`: that is what `@unchecked Sendable` rests on.
package final class LoadLoop: @unchecked Sendable {
    let plan: RunPlan
    let index: Int
    let loop: LoopContext
    let clock: LoadClock
    let progress = LoadProgress()
    private let recipes: [LoopRecipe]
    /// What results are told apart by.
    private let groupCount: Int
    /// Ascending, the last one 1: which recipe a random number chooses.
    private let shares: [Double]
    private var slots: [RequestSlot] = []
    /// Slots without a request.
    private var free = CircularBuffer<RequestSlot>()
    /// Intended times of arrivals that found no free slot, and the recipes that a recording names.
    private var backlog = CircularBuffer<(time: UInt64, recipe: Int)>()
    private var schedule: ArrivalSchedule?
    private var scheduleStart: UInt64 = 0
    private var nextArrival: UInt64?
    private var arrivalCount = 0
    private var arrivals: LoopTimer!
    private var boundary: LoopTimer!
    private var random: SeededRandom
    private var isIssuing = false
    private var isClosedLoop = false
    private var isFinished = false
    private var inFlight = 0
    /// Some requests end by the clock.
    private let limitsTime: Bool
    /// Closed: slots that may have a request now.
    private var allowed = 0

    private var measureStart: UInt64 = .max
    private var measureEnd: UInt64 = .max
    private var phaseEnds: [UInt64] = []
    private var phase = 0
    package private(set) var report: LoopReport
    private let intervalNanos: UInt64
    private var cpuStart: UInt64 = 0
    private var waitStart: UInt64 = 0
    /// Slots that may still take bytes slowly, by the turn of a timer.
    private var throttle: ReadThrottle?

    package init(plan: RunPlan, server: ServerAddress, index: Int, loop: LoopContext, clock: LoadClock) {
        self.plan = plan
        self.index = index
        self.loop = loop
        self.clock = clock
        let groups = plan.groups
        let places = Dictionary(groups.enumerated().map { ($1, $0) }) { first, _ in first }
        let isByName = groups.count < plan.recipes.count
        recipes = plan.recipes.enumerated().map { index, recipe in
            LoopRecipe(recipe, index: index, group: isByName ? places[recipe.name] ?? 0 : index, server: server)
        }
        groupCount = groups.count
        let total = plan.recipes.reduce(0) { $0 + $1.weight }
        var sum = 0.0
        shares = plan.recipes.map { recipe in
            sum += recipe.weight / total
            return sum
        }
        random = SeededRandom(seed: plan.seed &* 0x9E37_79B9 &+ UInt64(index))
        intervalNanos = plan.intervalNanos
        limitsTime = plan.cancelShare > 0 || plan.recipes.contains { $0.timeoutNanos != nil }
        report = LoopReport(phases: plan.phases.count, recipes: groups.count)
        if plan.readBytesPerSecond > 0 { throttle = ReadThrottle(bytesPerSecond: plan.readBytesPerSecond, loop: loop) }
        arrivals = LoopTimer { [unowned self] _ in arrivalsAreDue() }
        boundary = LoopTimer { [unowned self] now in boundaryReached(now) }
    }

    // Setting up

    /// Adds a lane with its slots. Before the start.
    package func add(_ lane: any RequestLane, slots count: Int) {
        for _ in 0..<count {
            let slot = RequestSlot(owner: self, lane: lane, recipe: recipes[0])
            slots.append(slot)
            free.append(slot)
        }
    }

    /// Sends the first requests. Open: the schedule's zero is `start`.
    package func start(at start: UInt64, schedule: ArrivalSchedule?) {
        isIssuing = true
        self.schedule = schedule
        scheduleStart = start
        isClosedLoop = schedule == nil
        if schedule != nil {
            advance()
            if let nextArrival { loop.set(arrivals, deadline: nextArrival) }
        } else {
            allowed = share(of: plan.phases.first?.concurrency)
            fill()
        }
    }

    /// From `start` on, it counts.
    package func measure(from start: UInt64) {
        measureStart = start
        var end = start
        phaseEnds = plan.phases.map { phase in
            end += phase.nanos
            return end
        }
        measureEnd = end
        phase = 0
        cpuStart = LoadClock.threadCPU
        waitStart = SchedulerWait.nanos
        loop.set(boundary, deadline: phaseEnds.first ?? end)
    }

    /// This loop's part of a number of streams that are shared by all loops.
    private func share(of concurrency: Int?) -> Int {
        guard let concurrency else { return slots.count }
        return min(slots.count, (concurrency + plan.loops - 1 - index) / plan.loops)
    }

    // Arrivals

    private func advance() {
        nextArrival = schedule?.next().map { scheduleStart &+ $0 }
        if nextArrival == nil { progress.isExhausted.store(true, ordering: .relaxed) }
    }

    private func arrivalsAreDue() {
        let now = clock.now
        while let due = nextArrival, due <= now {
            arrived(due)
            advance()
        }
        if let nextArrival { loop.set(arrivals, deadline: nextArrival) }
        notePending()
    }

    private func arrived(_ due: UInt64) {
        let recipe: Int
        if case .replay(_, let recorded) = plan.pace {
            recipe = recorded[min(index + arrivalCount * plan.loops, recorded.count - 1)]
        } else {
            recipe = choose()
        }
        arrivalCount += 1
        if backlog.isEmpty, let slot = free.popFirst() {
            issue(slot, recipes[recipe], intended: due)
        } else if backlog.count < plan.maxBacklog {
            backlog.append((due, recipe))
        } else {
            count(due, recipes[recipe]) { $0.fail(.notSent, "more than \(plan.maxBacklog) requests waited for a free stream") }
            progress.failures.add(1, ordering: .relaxed)
        }
    }

    private func choose() -> Int {
        if shares.count == 1 { return 0 }
        let number = random.unit()
        return shares.firstIndex { number < $0 } ?? shares.count - 1
    }

    // Requests

    private func issue(_ slot: RequestSlot, _ recipe: LoopRecipe, intended: UInt64) {
        slot.begin(recipe, intended: intended)
        guard slot.lane.send(slot, recipe) else {
            // The lane is between two connections: the request waits, and time goes on.
            slot.state = .idle
            backlog.prepend((intended, recipe.index))
            return
        }
        inFlight += 1
        report.sent += 1
        guard limitsTime else { return }
        slot.timeoutAt = recipe.timeoutNanos.map { clock.now &+ $0 } ?? .max
        slot.cancelAt = random.unit() < plan.cancelShare ? clock.now &+ UInt64(random.unit() * Double(plan.cancelWithinNanos)) : .max
        let deadline = min(slot.timeoutAt, slot.cancelAt)
        if deadline != .max { loop.set(slot, deadline: deadline) }
    }

    /// Closed: gives requests to slots that may have one.
    private func fill() {
        guard isIssuing else { return }
        while inFlight + thinking + backlog.count < allowed, let slot = free.popFirst() {
            let now = clock.now
            issue(slot, recipes[choose()], intended: now)
        }
        notePending()
    }

    private var thinking = 0

    func thoughtEnough(_ slot: RequestSlot) {
        thinking -= 1
        slot.state = .idle
        guard isIssuing, inFlight + thinking < allowed else { return free.append(slot) }
        issue(slot, recipes[choose()], intended: clock.now)
    }

    /// A request has ended; `now` is when.
    @inline(__always)
    private func release(_ slot: RequestSlot, now: UInt64) {
        inFlight -= 1
        if slot.isArmed { loop.cancel(slot) }
        slot.state = .idle
        if isClosedLoop || isFinished {
            guard isIssuing, inFlight + thinking < allowed else {
                free.append(slot)
                return notePending()
            }
            if plan.thinkNanos > 0 {
                thinking += 1
                slot.state = .thinking
                loop.set(slot, deadline: now &+ plan.thinkNanos)
            } else {
                issue(slot, recipes.count == 1 ? recipes[0] : recipes[choose()], intended: now)
            }
        } else if let waiting = backlog.popFirst() {
            issue(slot, recipes[waiting.recipe], intended: waiting.time)
            notePending()
        } else {
            free.append(slot)
            notePending()
        }
    }

    private func notePending() {
        progress.pending.store(inFlight + backlog.count, ordering: .relaxed)
    }

    func succeeded(_ slot: RequestSlot) {
        let now = clock.now
        let latency = now > slot.intended ? now &- slot.intended : 0
        let isInTime = now >= measureStart && now < measureEnd
        if isInTime {
            report.mark(now &- measureStart, every: intervalNanos) { interval in
                interval.successes += 1
                if interval.latency == nil { interval.latency = Histogram(digits: 2) }
                interval.latency?.record(latency)
            }
            report.phases[phaseIndex(now)].successesInTime += 1
        }
        if slot.intended >= measureStart, slot.intended < measureEnd {
            let phase = phaseIndex(slot.intended)
            report.phases[phase].successes += 1
            report.phases[phase].latency.record(latency)
            if groupCount > 1 {
                report.recipes[slot.recipe.group].successes += 1
                report.recipes[slot.recipe.group].latency.record(latency)
                if isInTime { report.recipes[slot.recipe.group].successesInTime += 1 }
            }
        }
        progress.successes.store(progress.successes.load(ordering: .relaxed) &+ 1, ordering: .relaxed)
        release(slot, now: now)
    }

    func failed(_ slot: RequestSlot, _ kind: FailureKind, _ sample: String) {
        let now = clock.now
        count(slot.intended, slot.recipe) { $0.fail(kind, sample) }
        if now >= measureStart, now < measureEnd {
            report.mark(now &- measureStart, every: intervalNanos) { $0.failures += 1 }
        }
        if measureStart == .max || slot.intended < measureStart { report.warmupFailures.fail(kind, sample) }
        progress.failures.add(1, ordering: .relaxed)
        release(slot, now: now)
    }

    func cancelled(_ slot: RequestSlot) {
        count(slot.intended, slot.recipe) { $0.cancelled += 1 }
        release(slot, now: clock.now)
    }

    /// What the server allows, as a connection learns it.
    func learned(allowedStreams: Int) {
        report.allowedStreams = min(report.allowedStreams, allowedStreams)
    }

    /// A connection that could not be made, or not again.
    func connectFailed(_ reason: String) {
        let now = clock.now
        if now >= measureStart, now < measureEnd {
            report.phases[phaseIndex(now)].fail(.connectFailed, reason)
            progress.failures.add(1, ordering: .relaxed)
        } else {
            report.warmupFailures.fail(.connectFailed, reason)
        }
    }

    /// A lane has a connection again: the slots that it kept go on.
    package func laneIsReady(_ kept: [RequestSlot]) {
        for slot in kept {
            if let waiting = backlog.popFirst() {
                issue(slot, recipes[waiting.recipe], intended: waiting.time)
            } else {
                free.append(slot)
            }
        }
        if isClosedLoop { fill() }
        notePending()
    }

    /// How many received bytes the peer may send anew at once.
    @inline(__always)
    func grant(_ count: Int, on stream: HTTP2Stream) -> Int {
        guard let throttle else { return count }
        throttle.owe(count, to: stream)
        return 0
    }

    private func count(_ intended: UInt64, _ recipe: LoopRecipe, _ body: (inout Tally) -> Void) {
        guard intended >= measureStart, intended < measureEnd else { return }
        body(&report.phases[phaseIndex(intended)])
        if groupCount > 1 { body(&report.recipes[recipe.group]) }
    }

    @inline(__always)
    private func phaseIndex(_ time: UInt64) -> Int {
        if phaseEnds.count == 1 { return 0 }
        return phaseEnds.firstIndex { time < $0 } ?? phaseEnds.count - 1
    }

    // Time

    private func boundaryReached(_ now: UInt64) {
        phase += 1
        guard phase < plan.phases.count else {
            report.cpuNanos = LoadClock.threadCPU &- cpuStart
            report.waitNanos = SchedulerWait.nanos &- waitStart
            stopIssuing()
            return
        }
        loop.set(boundary, deadline: phaseEnds[phase])
        if isClosedLoop {
            allowed = share(of: plan.phases[phase].concurrency)
            fill()
        }
    }

    /// What making a connection may take before requests that wait for it count as not sent.
    private static let reconnectNanos: UInt64 = 100_000_000

    /// No more requests, but for those whose time has come already.
    func stopIssuing() {
        isIssuing = false
        if isClosedLoop {
            progress.isExhausted.store(true, ordering: .relaxed)
            // Between two connections for a moment is no failure; without one for longer is.
            let now = clock.now
            for waiting in backlog where now &- waiting.time > Self.reconnectNanos {
                count(waiting.time, recipes[waiting.recipe]) { $0.fail(.notSent, "there was no connection") }
            }
            backlog.removeAll()
        }
        notePending()
    }

    /// The end: what is still open is given up and has failed. `report` is whole after the turn of this call.
    package func finish() {
        isIssuing = false
        isFinished = true
        loop.cancel(arrivals)
        loop.cancel(boundary)
        for waiting in backlog {
            count(waiting.time, recipes[waiting.recipe]) { $0.fail(.unanswered, "it still waited for a free stream when the run ended") }
        }
        backlog.removeAll()
        for slot in slots where slot.state == .inFlight {
            slot.ending = .unanswered
            slot.lane.abandon(slot)
        }
    }
}
