import GRPC
import HTTP2
import LoadTesting

/// A connection whose server answers after times that a test decides, on a clock that only the test moves.
final class ScriptedLane: RequestLane {
    /// When a request that is sent at a time is answered; nil for never.
    var answer: (UInt64) -> UInt64?
    /// Whether requests are taken.
    var isUp = true
    private(set) var sent: [UInt64] = []
    private(set) var kept: [RequestSlot] = []
    private(set) var mostUnderWay = 0
    private var underWay: [(due: UInt64, slot: RequestSlot)] = []
    private let clock: LoadClock
    private(set) var now: UInt64
    let loop: LoopContext

    init(at start: UInt64 = 0, answer: @escaping (UInt64) -> UInt64?) {
        now = start
        clock = LoadClock(fixed: start)
        loop = LoopContext(now: start)
        self.answer = answer
    }

    func makeLoop(_ plan: RunPlan) -> LoadLoop {
        var plan = plan
        if plan.recipes.isEmpty { plan.recipes = [.unary(path: "/t.T/T", message: [])] }
        let load = LoadLoop(plan: plan, server: ServerAddress(target: .tcp(host: "test", port: 1)), index: 0, loop: loop, clock: clock)
        load.add(self, slots: plan.connections * plan.streams)
        return load
    }

    func send(_ slot: RequestSlot, _ recipe: LoopRecipe) -> Bool {
        guard isUp else {
            kept.append(slot)
            return false
        }
        sent.append(now)
        underWay.append((answer(now) ?? .max, slot))
        mostUnderWay = max(mostUnderWay, underWay.count)
        return true
    }

    func abandon(_ slot: RequestSlot) {
        underWay.removeAll { $0.slot === slot }
        slot.endAbandoned()
    }

    func close() {}

    /// The slots that were kept while it was down.
    func takeKept() -> [RequestSlot] {
        defer { kept = [] }
        return kept
    }

    /// Lets time pass in steps, answering what is due.
    func run(until end: UInt64, step: UInt64 = 100_000, whenAt: [UInt64: () -> Void] = [:]) {
        while now < end {
            now += step
            clock.set(now)
            whenAt[now]?()
            loop.advance(to: now)
            let due = underWay.filter { $0.due <= now }
            underWay.removeAll { $0.due <= now }
            loop.turn { for request in due { request.slot.succeed() } }
        }
    }
}

extension UInt64 {
    static let ms: UInt64 = 1_000_000
    static let s: UInt64 = 1_000_000_000
}
