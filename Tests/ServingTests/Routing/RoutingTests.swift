import Glibc
import Serving
import Synchronization
import Tensors
import Testing

@Suite struct `routing between versions` {
    static func harness(_ routing: RoutingSpec, policy: VersionPolicy = .all, models: [String: String] = [
        "m/1/model.test": "factor 1\nend\n", "m/2/model.test": "factor 2\nend\n", "m/3/model.test": "factor 3\nend\n",
    ]) -> Harness {
        let harness = Harness(models, inline: true, mode: .explicit)
        var spec = ModelSpec(name: "m")
        spec.versionPolicy = policy
        spec.routing = routing
        #expect(harness.load("m", override: spec) == nil)
        return harness
    }

    static func counts(_ harness: Harness, _ requests: Int, configure: (Int, InferenceRequest) -> Void = { _, _ in }) -> [Int64: Int] {
        var counts: [Int64: Int] = [:]
        for number in 0..<requests {
            let reply = harness.ask("m", rows: [[1, 1]]) { configure(number, $0) }
            counts[reply.servedBy?.number ?? 0, default: 0] += 1
        }
        return counts
    }

    @Test func `weights are kept exactly over many requests`() {
        let harness = Self.harness(RoutingSpec(weights: [1: 0.7, 3: 0.3]))
        let counts = Self.counts(harness, 1000)
        #expect(counts[2] == nil)
        #expect(abs((counts[1] ?? 0) - 700) <= 5, "\(counts)")
        #expect(harness.core.routingStatus(of: "m")?.shares == [1: 0.7, 3: 1 - 0.7])
    }

    @Test func `a number or a label overrides the split`() {
        let harness = Self.harness(RoutingSpec(weights: [1: 1]))
        #expect(harness.ask("m", rows: [[1, 1]]).servedBy?.number == 1)
        #expect(harness.ask("m", rows: [[1, 1]], version: .number(2)).servedBy?.number == 2)
    }

    @Test func `the same key always goes the same way`() {
        let harness = Self.harness(RoutingSpec(weights: [1: 1, 2: 1, 3: 1], isSticky: true, stickyParameter: "user"))
        var homes: [Int: Int64] = [:]
        for round in 0..<3 {
            for user in 0..<100 {
                let reply = harness.ask("m", rows: [[1, 1]]) {
                    if user % 2 == 0 { $0.routingKey = Name("user \(user)") } else { $0.parameters = [.init(name: "user", value: .int(Int64(user)))] }
                }
                let number = reply.servedBy?.number ?? 0
                if round == 0 { homes[user] = number } else { #expect(homes[user] == number) }
            }
        }
        #expect(Set(homes.values) == [1, 2, 3])
    }

    @Test func `the same input always goes the same way where the routing says so`() {
        let harness = Self.harness(RoutingSpec(weights: [1: 1, 2: 1, 3: 1], isSticky: true, stickyInput: "x"))
        var homes: [Float: Int64] = [:]
        for round in 0..<3 {
            for number in 0..<60 {
                let value = Float(number)
                let home = harness.ask("m", rows: [[value, 1]]).servedBy?.number ?? 0
                if round == 0 { homes[value] = home } else { #expect(homes[value] == home) }
            }
        }
        #expect(Set(homes.values) == [1, 2, 3])
    }

    @Test func `weights change at run time, and go back with the configuration`() {
        let harness = Self.harness(RoutingSpec(weights: [1: 1]))
        let done = Mutex<[ServingError?]>([])
        harness.core.setRouting("m", RoutingSpec(weights: [2: 1])) { error in done.withLock { $0.append(error) } }
        #expect(eventually { done.withLock { $0.count } == 1 })
        #expect(harness.ask("m", rows: [[1, 1]]).servedBy?.number == 2)
        harness.core.setRouting("m", RoutingSpec(weights: [9: 1])) { error in done.withLock { $0.append(error) } }
        #expect(eventually { done.withLock { $0.count } == 2 })
        #expect(done.withLock { $0 }.last??.message == "model 'm' has no live version 9 to send requests to")
        #expect(harness.ask("m", rows: [[1, 1]]).servedBy?.number == 2)
        harness.core.setRouting("m", nil) { error in done.withLock { $0.append(error) } }
        #expect(eventually { done.withLock { $0.count } == 3 })
        #expect(harness.ask("m", rows: [[1, 1]]).servedBy?.number == 1)
    }

    @Test func `a shadow is asked the same, compared, and never heard`() {
        let harness = Self.harness(
            RoutingSpec(shadow: ShadowSpec(version: 3)),
            models: ["m/2/model.test": "factor 2\nend\n", "m/3/model.test": "factor 3\nend\n"])
        for number in 0..<20 { #expect(harness.ask("m", rows: [[Float(number), 0]]).floats() == [Float(number) * 2 + 1, 1]) }
        #expect(eventually { (harness.core.routingStatus(of: "m")?.shadow).map { $0.equal + $0.different } == 20 })
        let shadow = harness.core.routingStatus(of: "m")?.shadow
        #expect(shadow?.equal == 1)
        #expect(shadow?.different == 19)
        #expect(shadow?.lastDifference.hasPrefix("output 'y' element 0 is ") == true)
        #expect(harness.core.versions(of: "m")[1].statistics.snapshot.success.count == 20)
    }

    static func canary(_ second: String) -> (Harness, ModelSpec) {
        let harness = Harness(["m/1/model.test": "factor 1\nend\n"], inline: true, mode: .explicit)
        var spec = ModelSpec(name: "m")
        spec.routing.canary = CanarySpec(steps: [0.2, 1], stepNanos: 100_000_000, minRequests: 10, maxErrorShare: 0.1, maxLatencyFactor: 100)
        #expect(harness.load("m", override: spec) == nil)
        harness.folder.write(second, to: "m/2/model.test")
        #expect(harness.load("m", override: spec) == nil)
        return (harness, spec)
    }

    @Test func `a canary that does well takes over, and the old version goes`() {
        let (harness, _) = Self.canary("factor 2\nend\n")
        #expect(harness.core.routingStatus(of: "m")?.canary == RoutingStatus.Canary(candidate: 2, stable: 1, step: 1, steps: 2))
        let counts = Self.counts(harness, 100)
        #expect(abs((counts[2] ?? 0) - 20) <= 3, "\(counts)")
        #expect(eventually {
            _ = Self.counts(harness, 10)
            return harness.core.versions(of: "m").map(\.number) == [2]
        })
        #expect(harness.core.routingStatus(of: "m")?.canary == nil)
        #expect(eventually { harness.backend.log.alive.load(ordering: .relaxed) == 1 })
    }

    @Test func `a canary that is slow goes`() {
        let harness = Harness(["m/1/model.test": "factor 1\nmicros 1000\nend\n"], mode: .explicit)
        var spec = ModelSpec(name: "m")
        spec.routing.canary = CanarySpec(steps: [0.5, 1], stepNanos: 60_000_000_000, minRequests: 10, maxErrorShare: 0.1, maxLatencyFactor: 3)
        #expect(harness.load("m", override: spec) == nil)
        harness.folder.write("factor 2\nmicros 30000\nend\n", to: "m/2/model.test")
        #expect(harness.load("m", override: spec) == nil)
        #expect(eventually {
            _ = Self.counts(harness, 10)
            return harness.core.versions(of: "m").map(\.number) == [1]
        })
        #expect(harness.core.routingStatus(of: "m")?.rollback.contains("a request takes") == true)
    }

    @Test func `a canary that answers its golden request wrongly never gets a request`() {
        let harness = Harness(["m/1/model.test": "factor 1\nend\n"], inline: true, mode: .explicit)
        var spec = ModelSpec(name: "m")
        spec.routing.canary = CanarySpec(steps: [0.5, 1], stepNanos: 1_000_000, minRequests: 1)
        #expect(harness.load("m", override: spec) == nil)
        harness.folder.write("factor 2\nend\n", to: "m/2/model.test")
        harness.folder.write(
            #"{"inputs": {"x": {"datatype": "FP32", "shape": [1, 2], "data": [1, 1]}}, "outputs": {"y": {"datatype": "FP32", "shape": [1, 2], "data": [2, 2]}}}"#,
            to: "m/2/golden/a.json")
        _ = harness.load("m", override: spec)
        #expect(Self.counts(harness, 50) == [1: 50])
        let entry = harness.core.index().first { $0.version == 2 }
        #expect(entry?.state == .unavailable)
        #expect(entry?.reason.contains("golden request 'golden/a.json'") == true, "\(entry?.reason ?? "")")
    }

    @Test func `a canary that fails goes, and the index says why`() {
        let (harness, _) = Self.canary("fails\nend\n")
        #expect(eventually {
            _ = Self.counts(harness, 10)
            return harness.core.versions(of: "m").map(\.number) == [1]
        })
        let entry = harness.core.index().first { $0.version == 2 }
        #expect(entry?.state == .unavailable)
        #expect(entry?.reason.hasPrefix("version 2 was rolled back: ") == true)
        #expect(harness.core.routingStatus(of: "m")?.rollback == entry?.reason)
        #expect(Self.counts(harness, 20) == [1: 20])
    }
}
