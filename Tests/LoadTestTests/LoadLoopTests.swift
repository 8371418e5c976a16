import HTTP2
import LoadTesting
import Testing

@Suite struct `The open loop` {
    /// 1000 requests per second for two seconds against a server that answers in 0.2 ms, but stands still for 50 ms.
    private func stalled(streams: Int) -> Tally {
        let lane = ScriptedLane { time in
            let isStalled = time >= 1000 * .ms && time < 1050 * .ms
            return (isStalled ? 1050 * .ms : time) + 200_000
        }
        var plan = RunPlan()
        plan.pace = .open(.constant)
        plan.streams = streams
        plan.phases = [RunPlan.Phase(nanos: 2 * .s)]
        plan.phases[0].startRate = 1000
        plan.phases[0].endRate = 1000
        let load = lane.makeLoop(plan)
        lane.loop.turn {
            load.start(at: 0, schedule: ArrivalSchedule(plan.profile(warmupNanos: 0), spacing: .constant, seed: 1))
            load.measure(from: 0)
        }
        lane.run(until: 3 * .s)
        lane.loop.turn { load.finish() }
        return load.report.phases[0]
    }

    @Test(arguments: [1, 100]) func `a stall of the server is visible at the percentile where it belongs`(streams: Int) {
        let tally = stalled(streams: streams)
        #expect(tally.successes == 2000)
        #expect(tally.failureCount == 0)
        // 50 of 2000 requests were due during the stall, the first of them waited 50 ms, the last 1 ms.
        #expect(tally.latency.value(at: 0.95) < 1 * .ms)
        #expect(tally.latency.value(at: 0.98) > 9 * .ms)
        #expect((29 * UInt64.ms...42 * .ms).contains(tally.latency.value(at: 0.99)))
        #expect((50 * UInt64.ms...51 * .ms).contains(tally.latency.max))
        #expect(tally.latency.count(above: 10 * .ms) >= 39)
    }

    @Test func `requests beyond the streams wait, and their wait counts`() {
        let lane = ScriptedLane { $0 + 10 * .ms }
        var plan = RunPlan()
        plan.pace = .open(.constant)
        plan.streams = 2
        plan.phases = [RunPlan.Phase(nanos: 100 * .ms)]
        plan.phases[0].startRate = 400
        plan.phases[0].endRate = 400
        let load = lane.makeLoop(plan)
        lane.loop.turn {
            load.start(at: 0, schedule: ArrivalSchedule(plan.profile(warmupNanos: 0), spacing: .constant, seed: 1))
            load.measure(from: 0)
        }
        lane.run(until: .s)
        lane.loop.turn { load.finish() }
        // 40 arrivals; two streams answer 200 a second: the last one waits for 38 others.
        #expect(load.report.phases[0].successes == 40)
        #expect(lane.mostUnderWay == 2)
        #expect(load.report.phases[0].latency.max > 90 * .ms)
    }

    @Test func `requests that are not answered when it ends have failed`() {
        let lane = ScriptedLane { $0 < 50 * .ms ? $0 + 1 * .ms : nil }
        var plan = RunPlan()
        plan.pace = .open(.constant)
        plan.streams = 10
        plan.phases = [RunPlan.Phase(nanos: 100 * .ms)]
        plan.phases[0].startRate = 1000
        plan.phases[0].endRate = 1000
        let load = lane.makeLoop(plan)
        lane.loop.turn {
            load.start(at: 0, schedule: ArrivalSchedule(plan.profile(warmupNanos: 0), spacing: .constant, seed: 1))
            load.measure(from: 0)
        }
        lane.run(until: 200 * .ms)
        lane.loop.turn { load.finish() }
        #expect(load.report.phases[0].successes == 50)
        #expect(load.report.phases[0].failures[.unanswered] == 50)
    }

    @Test func `each phase has the requests that were due in it`() {
        let lane = ScriptedLane { $0 + 1 * .ms }
        var plan = RunPlan()
        plan.pace = .open(.constant)
        plan.streams = 100
        plan.phases = [RunPlan.Phase(name: "calm", nanos: 500 * .ms), RunPlan.Phase(name: "spike", nanos: 500 * .ms)]
        (plan.phases[0].startRate, plan.phases[0].endRate) = (100, 100)
        (plan.phases[1].startRate, plan.phases[1].endRate) = (2000, 2000)
        let load = lane.makeLoop(plan)
        lane.loop.turn {
            load.start(at: 0, schedule: ArrivalSchedule(plan.profile(warmupNanos: 1 * .s), spacing: .constant, seed: 1))
        }
        lane.run(until: 1 * .s)
        lane.loop.turn { load.measure(from: 1 * .s) }
        lane.run(until: 3 * .s)
        lane.loop.turn { load.finish() }
        #expect(load.report.phases.map(\.successes) == [50, 1000])
        #expect(load.report.sent == 100 + 50 + 1000)
    }
}

@Suite struct `The closed loop` {
    private func plan(connections: Int = 1, streams: Int, nanos: UInt64) -> RunPlan {
        var plan = RunPlan()
        plan.connections = connections
        plan.streams = streams
        plan.phases = [RunPlan.Phase(nanos: nanos)]
        return plan
    }

    private func run(_ lane: ScriptedLane, _ plan: RunPlan, until end: UInt64, whenAt: [UInt64: () -> Void] = [:]) -> LoopReport {
        let load = lane.makeLoop(plan)
        lane.loop.turn {
            load.start(at: 0, schedule: nil)
            load.measure(from: 0)
        }
        lane.run(until: end, whenAt: whenAt)
        lane.loop.turn { load.finish() }
        return load.report
    }

    @Test func `each stream has one request under way, all the time`() {
        let lane = ScriptedLane { $0 + 1 * .ms }
        let report = run(lane, plan(streams: 8, nanos: 100 * .ms), until: 200 * .ms)
        #expect(lane.mostUnderWay == 8)
        #expect(report.phases[0].successes == 800)
        // Those that were under way when the time was over came later.
        #expect(report.phases[0].successesInTime == 792)
        #expect(report.phases[0].latency.max == 1 * .ms)
    }

    @Test func `thinking stretches the time between requests`() {
        let lane = ScriptedLane { $0 + 1 * .ms }
        var plan = plan(streams: 2, nanos: 100 * .ms)
        plan.thinkNanos = 4 * .ms
        #expect(run(lane, plan, until: 200 * .ms).phases[0].successes == 40)
    }

    @Test func `a phase may use fewer streams than there are`() {
        let lane = ScriptedLane { $0 + 1 * .ms }
        var plan = plan(streams: 8, nanos: 0)
        plan.phases = [
            RunPlan.Phase(name: "few", nanos: 100 * .ms), RunPlan.Phase(name: "all", nanos: 100 * .ms),
            RunPlan.Phase(name: "few again", nanos: 100 * .ms),
        ]
        plan.phases[0].concurrency = 2
        plan.phases[2].concurrency = 2
        let report = run(lane, plan, until: 400 * .ms)
        #expect(lane.mostUnderWay == 8)
        #expect((report.phases[0].successes - 200).magnitude <= 2)
        #expect((report.phases[1].successes - 800).magnitude <= 8)
        #expect((report.phases[2].successes - 200).magnitude <= 8)
    }

    @Test func `a request that takes longer than its time-out is a failure, and its stream goes on`() {
        let lane = ScriptedLane { $0 < 10 * .ms ? nil : $0 + 1 * .ms }
        var plan = plan(streams: 4, nanos: 100 * .ms)
        plan.recipes = [.unary(path: "/t.T/T", message: [])]
        plan.recipes[0].timeoutNanos = 20 * .ms
        let report = run(lane, plan, until: 200 * .ms)
        #expect(report.phases[0].failures == [.timedOut: 4])
        #expect(report.phases[0].successes == 4 * 80)
    }

    @Test func `a share of requests is cancelled, and is neither success nor failure`() {
        let lane = ScriptedLane { $0 + 10 * .ms }
        var plan = plan(streams: 10, nanos: .s)
        plan.cancelShare = 0.5
        plan.cancelWithinNanos = 5 * .ms
        let tally = run(lane, plan, until: 2 * .s).phases[0]
        #expect(tally.failureCount == 0)
        let share = Double(tally.cancelled) / Double(tally.requests)
        #expect(share > 0.4 && share < 0.6)
    }

    @Test func `requests of a mix come in proportion to their weights`() {
        let lane = ScriptedLane { $0 + 1 * .ms }
        var plan = plan(streams: 10, nanos: .s)
        plan.recipes = [.unary(path: "/t.T/A", message: []), .unary(path: "/t.T/B", message: [])]
        plan.recipes[0].weight = 3
        let report = run(lane, plan, until: 2 * .s)
        #expect(report.recipes.reduce(0) { $0 + $1.successes } == report.phases[0].successes)
        let share = Double(report.recipes[0].successes) / Double(report.phases[0].successes)
        #expect((share - 0.75).magnitude < 0.03)
    }

    @Test func `while a connection is away its requests wait, and their wait counts`() {
        let lane = ScriptedLane { $0 + 1 * .ms }
        let load = lane.makeLoop(plan(streams: 2, nanos: 200 * .ms))
        lane.loop.turn {
            load.start(at: 0, schedule: nil)
            load.measure(from: 0)
        }
        lane.run(until: 50 * .ms)
        lane.isUp = false
        lane.run(until: 150 * .ms)
        lane.isUp = true
        lane.loop.turn { load.laneIsReady(lane.takeKept()) }
        lane.run(until: 300 * .ms)
        lane.loop.turn { load.finish() }
        #expect(load.report.phases[0].failureCount == 0)
        #expect(load.report.phases[0].latency.max >= 99 * .ms)
        #expect(load.report.phases[0].successes >= 2 * 98)
    }
}
