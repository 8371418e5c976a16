import Glibc
import Serving
import Synchronization
import Tensors
import Testing

@Suite struct `the response cache` {
    static func harness(_ model: String = "factor 2\nmicros 20000\nend\n", bytes: Int = 1 << 20) -> Harness {
        let harness = Harness(["m/1/model.test": model], mode: .explicit) { $0.limits.cacheBytesPerVersion = bytes }
        var spec = ModelSpec(name: "m")
        spec.responseCache = true
        #expect(harness.load("m", override: spec) == nil)
        harness.backend.log.runs.store(0, ordering: .relaxed)
        return harness
    }

    static func runs(_ harness: Harness) -> Int { harness.backend.log.runs.load(ordering: .relaxed) }

    @Test func `the same question is answered from memory`() {
        let harness = Self.harness()
        let first = harness.ask("m", rows: [[1, 2]])
        let second = harness.ask("m", rows: [[1, 2]])
        #expect(first.floats() == [3, 5])
        #expect(second.floats() == [3, 5])
        #expect(!first.timing.isCacheHit)
        #expect(second.timing.isCacheHit)
        #expect(Self.runs(harness) == 1)
        let statistics = harness.core.versions(of: "m")[0].statistics.snapshot
        #expect(statistics.cacheHit.count == 1)
        #expect(statistics.cacheMiss.count == 1)
        #expect(statistics.success.count == 2)
        #expect(statistics.executionCount == 1)
    }

    @Test func `another question, another shape and other outputs are not the same`() {
        let harness = Self.harness("width open\nstrings\nend\n")
        let s = { (text: String) in InputTensor(name: "s", Tensor(strings: [ByteString(text)], shape: [1, 1])) }
        let ask = { (rows: [[Float]], text: String, outputs: [Name]) in
            harness.ask("m", rows: rows) {
                $0.inputs.append(s(text))
                $0.requestedOutputs = outputs
            }
        }
        #expect(ask([[1, 2]], "a", []).floats() == [3, 5])
        #expect(ask([[1, 3]], "a", []).floats() == [3, 7])
        #expect(ask([[1, 2, 3]], "a", []).floats() == [3, 5, 7])
        #expect(ask([[1, 2]], "b", []).outputs.last?.strings.first == "b")
        #expect(ask([[1, 2]], "a", ["t"]).outputs.map(\.name) == ["t"])
        #expect(Self.runs(harness) == 5)
        #expect(ask([[1, 2]], "b", []).outputs.last?.strings.first == "b")
        #expect(Self.runs(harness) == 5)
    }

    @Test func `questions that are under way are asked once`() {
        let harness = Self.harness()
        let wrong = Mutex(0)
        let collector = Collector { request in if request.floats() != [3, 5] { wrong.withLock { $0 += 1 } } }
        for _ in 0..<100 { harness.core.submit(InferenceRequest(model: "m", inputs: [("x", tensor([[1, 2]]))], sink: collector)) }
        #expect(collector.wait(for: 100))
        #expect(wrong.withLock { $0 } == 0)
        #expect(Self.runs(harness) == 1)
        #expect(harness.core.drain(withinNanos: 1_000_000_000) == 0)
    }

    @Test func `a failed answer is not remembered, and those who waited try for themselves`() {
        let harness = Self.harness("poison 1\nmicros 5000\nend\n")
        let codes = Mutex<[String?]>([])
        let collector = Collector { request in codes.withLock { $0.append(request.error?.message) } }
        for _ in 0..<5 { harness.core.submit(InferenceRequest(model: "m", inputs: [("x", tensor([[1, 2]]))], sink: collector)) }
        #expect(collector.wait(for: 5))
        #expect(codes.withLock { $0 } == Array(repeating: "1.0 is poison", count: 5))
        #expect(Self.runs(harness) == 5)
    }

    @Test func `a cancelled leader does not take the others with it`() {
        let harness = Self.harness("micros 30000\nsingle\nend\n")
        let blockers = Collector()
        for number in 0..<2 {
            harness.core.submit(InferenceRequest(model: "m", inputs: [("x", tensor([[Float(number) + 50, 2]]))], sink: blockers))
        }
        usleep(5000)
        let answers = Mutex<[[Float]?]>([])
        let collector = Collector { request in answers.withLock { $0.append(request.floats()) } }
        let requests = (0..<3).map { _ in InferenceRequest(model: "m", inputs: [("x", tensor([[1, 2]]))], sink: collector) }
        for request in requests { harness.core.submit(request) }
        requests[0].cancel()
        #expect(collector.wait(for: 3))
        #expect(answers.withLock { $0 }.filter { $0 == [3, 5] }.count == 2)
        #expect(blockers.wait(for: 2))
    }

    @Test func `memory is bounded, and the least recently used goes first`() {
        let harness = Self.harness("micros 1\nend\n", bytes: 4000)
        for number in 0..<200 {
            _ = harness.ask("m", rows: [[Float(number), 0]])
            _ = harness.ask("m", rows: [[0, 0]])
        }
        // The one that was always asked for was answered once; the others did not drive it out.
        #expect(Self.runs(harness) == 200)
        _ = harness.ask("m", rows: [[1, 0]])
        #expect(Self.runs(harness) == 201)
    }
}

@Suite struct `a rate limit` {
    @Test func `lets a burst through and says when to come back`() {
        let harness = Harness(["m/1/model.test": "end\n"], mode: .explicit)
        var spec = ModelSpec(name: "m")
        spec.rateLimit = RateLimitSpec(requestsPerSecond: 0.5, burst: 3)
        #expect(harness.load("m", override: spec) == nil)
        for _ in 0..<3 { #expect(harness.ask("m", rows: [[1, 2]]).error == nil) }
        let refused = harness.ask("m", rows: [[1, 2]])
        #expect(refused.error?.code == .resourceExhausted)
        #expect((refused.error?.retryAfterNanos ?? 0) > 1_000_000_000)
        #expect(refused.error?.message.hasPrefix("model 'm' takes 0.5 requests a second; try again in ") == true)
        #expect(harness.core.versions(of: "m")[0].statistics.snapshot.refusals[.rateLimit] == 1)
    }
}
