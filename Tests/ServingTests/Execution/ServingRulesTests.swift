import Batching
import Glibc
import Serving
import Synchronization
import Tensors
import Testing

@Suite struct `rules of serving` {
    @Test func `expired requests never reach the model`() {
        let harness = Harness(["m/1/model.test": "micros 20000\nsingle\nend\n", "m/spec.test": "instances 1\n"], readers: [TestSpecReader()])
        harness.backend.log.keepsSeen.store(true, ordering: .relaxed)
        let errors = Mutex<[ServingError.Code?]>([])
        let collector = Collector { request in errors.withLock { $0.append(request.error?.code) } }
        let now = harness.core.clock.nowNanos
        for number in 0..<20 {
            let request = InferenceRequest(model: "m", inputs: [("x", tensor([[Float(number), 0]]))], sink: collector)
            request.deadlineNanos = number == 0 ? .max : now + 10_000_000
            harness.core.submit(request)
        }
        #expect(collector.wait(for: 20))
        let seen = harness.backend.log.seen.withLock { $0 }
        #expect(errors.withLock { $0 }.filter { $0 == .deadlineExceeded }.count == 20 - seen.count)
        #expect(seen.count <= 2)
    }

    @Test func `cancelled requests never reach the model, and are answered`() {
        let harness = Harness(["m/1/model.test": "micros 20000\nsingle\nend\n", "m/spec.test": "instances 1\n"], readers: [TestSpecReader()])
        let codes = Mutex<[ServingError.Code?]>([])
        let collector = Collector { request in codes.withLock { $0.append(request.error?.code) } }
        var requests: [InferenceRequest] = []
        for _ in 0..<10 {
            let request = InferenceRequest(model: "m", inputs: [("x", tensor([[1, 0]]))], sink: collector)
            harness.core.submit(request)
            requests.append(request)
        }
        for request in requests.dropFirst(2) { request.cancel() }
        #expect(collector.wait(for: 10))
        #expect(codes.withLock { $0 }.filter { $0 == .cancelled }.count == 8)
        #expect(harness.core.versions(of: "m")[0].statistics.snapshot.cancelled == 8)
    }

    @Test func `the queue is bounded, and says when to come back`() {
        let harness = Harness(
            ["m/1/model.test": "micros 5000\nsingle\nend\n", "m/spec.test": "instances 1\nqueue 5\n"], readers: [TestSpecReader()])
        let refused = Mutex<[ServingError]>([])
        let collector = Collector { request in if let error = request.error { refused.withLock { $0.append(error) } } }
        for _ in 0..<50 { harness.core.submit(InferenceRequest(model: "m", inputs: [("x", tensor([[1, 0]]))], sink: collector)) }
        #expect(collector.wait(for: 50))
        let errors = refused.withLock { $0 }
        #expect(errors.count >= 43 && errors.count <= 45)
        #expect(errors.allSatisfy { $0.code == .resourceExhausted && $0.retryAfterNanos > 0 })
        #expect(errors.first?.message.hasPrefix("the queue of model 'm' is full: 5 requests wait; try again in ") == true)
        #expect(harness.core.versions(of: "m")[0].statistics.snapshot.refusals[.queueFull] == UInt64(errors.count))
    }

    @Test func `bytes in the queue are bounded`() {
        let harness = Harness(
            ["m/1/model.test": "micros 5000\nsingle\nend\n", "m/spec.test": "instances 1\nbytes 100\n"], readers: [TestSpecReader()])
        let refused = Mutex<[ServingError]>([])
        let collector = Collector { request in if let error = request.error { refused.withLock { $0.append(error) } } }
        for _ in 0..<30 { harness.core.submit(InferenceRequest(model: "m", inputs: [("x", tensor([[1, 0]]))], sink: collector)) }
        #expect(collector.wait(for: 30))
        // Eight bytes each: twelve wait, and one or two run.
        #expect(refused.withLock { $0.count } >= 15)
    }

    @Test func `a neighbour's fault is not mine`() {
        let harness = Harness(
            ["m/1/model.test": "poison 13\nmicros 2000\nend\n", "m/spec.test": "instances 1\n"], readers: [TestSpecReader()])
        let results = Mutex<[Float: String]>([:])
        let collector = Collector { request in
            guard case .tensor(let x) = request.inputs[0].contents else { return }
            let first = x.elements(as: Float.self)[0]
            results.withLock { $0[first] = request.error?.message ?? "fine" }
        }
        for number in 0..<20 { harness.core.submit(InferenceRequest(model: "m", inputs: [("x", tensor([[Float(number), 0]]))], sink: collector)) }
        #expect(collector.wait(for: 20))
        for (number, result) in results.withLock({ $0 }) { #expect(result == (number == 13 ? "13.0 is poison" : "fine")) }
        #expect(harness.backend.log.largest.load(ordering: .relaxed) > 1)
    }

    @Test func `a model that mixes rows after all is noticed and run one by one`() {
        let harness = Harness(["m/1/model.test": "mixes\nmicros 2000\nend\n", "m/spec.test": "instances 1\n"], readers: [TestSpecReader()])
        let wrong = Mutex(0)
        let collector = Collector { request in
            guard case .tensor(let x) = request.inputs[0].contents else { return }
            if request.floats() != x.elements(as: Float.self).map({ 2 * $0 + 1 }) { wrong.withLock { $0 += 1 } }
        }
        for number in 0..<50 { harness.core.submit(InferenceRequest(model: "m", inputs: [("x", tensor([[Float(number), 0]]))], sink: collector)) }
        #expect(collector.wait(for: 50))
        #expect(wrong.withLock { $0 } == 0)
    }

    @Test func `rows that may not be joined are not`() {
        let harness = Harness(["m/1/model.test": "single\nmicros 1000\nend\n"])
        let collector = Collector()
        for _ in 0..<30 { harness.core.submit(InferenceRequest(model: "m", inputs: [("x", tensor([[1, 0]]))], sink: collector)) }
        #expect(collector.wait(for: 30))
        #expect(harness.backend.log.largest.load(ordering: .relaxed) == 1)
    }

    @Test func `answers keep their order where the model asks for it`() {
        let harness = Harness(
            ["m/1/model.test": "width open\nmicros 300\nend\n", "m/spec.test": "ordered\nmaxbatch 4\n"], lanes: 3, readers: [TestSpecReader()])
        let order = Mutex<[Float]>([])
        let collector = Collector { request in
            guard case .tensor(let x) = request.inputs[0].contents else { return }
            let first = x.elements(as: Float.self)[0]
            order.withLock { $0.append(first) }
        }
        for number in 0..<500 {
            let width = number % 3 + 1
            harness.core.submit(
                InferenceRequest(model: "m", inputs: [("x", tensor([[Float](repeating: Float(number), count: width)]))], sink: collector))
        }
        #expect(collector.wait(for: 500))
        #expect(order.withLock { $0 } == (0..<500).map(Float.init))
    }

    @Test func `an optional input may be left out, and requests that have it do not mix with those that do not`() {
        let harness = Harness(["m/1/model.test": "optional\nmicros 500\nend\n"])
        let wrong = Mutex(0)
        let collector = Collector { request in
            guard case .tensor(let x) = request.inputs[0].contents else { return }
            let extra: Float = request.inputs.count > 1 ? 100 : 0
            if request.floats() != x.elements(as: Float.self).map({ 2 * $0 + 1 + extra }) { wrong.withLock { $0 += 1 } }
        }
        for number in 0..<200 {
            var inputs = [("x", tensor([[Float(number), 1]]))]
            if number % 3 == 0 { inputs.append(("o", tensor([[100, 100]]))) }
            harness.core.submit(InferenceRequest(model: "m", inputs: inputs, sink: collector))
        }
        #expect(collector.wait(for: 200))
        #expect(wrong.withLock { $0 } == 0)
    }

    @Test func `a drain answers what is owed and takes nothing more`() {
        let harness = Harness(["m/1/model.test": "micros 3000\nsingle\nend\n"])
        let failures = Mutex(0)
        let collector = Collector { request in if request.error != nil { failures.withLock { $0 += 1 } } }
        for _ in 0..<40 { harness.core.submit(InferenceRequest(model: "m", inputs: [("x", tensor([[1, 0]]))], sink: collector)) }
        #expect(harness.core.drain(withinNanos: 20_000_000_000) == 0)
        #expect(collector.answers == 40)
        #expect(failures.withLock { $0 } == 0)
        #expect(!harness.core.isReady)
        #expect(harness.ask("m", rows: [[1, 0]]).error == ServingError(.unavailable, "the server is shutting down"))
    }

    @Test func `a drain that takes too long says how many are left`() {
        let harness = Harness(["m/1/model.test": "micros 300000\nsingle\nend\n", "m/spec.test": "instances 1\n"], readers: [TestSpecReader()])
        let collector = Collector()
        for _ in 0..<3 { harness.core.submit(InferenceRequest(model: "m", inputs: [("x", tensor([[1, 0]]))], sink: collector)) }
        #expect(harness.core.drain(withinNanos: 10_000_000) >= 2)
    }

    @Test func `a stop answers everybody, at the latest as unavailable`() {
        let harness = Harness(["m/1/model.test": "micros 20000\nsingle\nend\n"])
        let codes = Mutex<[ServingError.Code?]>([])
        let collector = Collector { request in codes.withLock { $0.append(request.error?.code) } }
        for _ in 0..<40 { harness.core.submit(InferenceRequest(model: "m", inputs: [("x", tensor([[1, 0]]))], sink: collector)) }
        harness.core.stop()
        #expect(collector.answers == 40)
        #expect(codes.withLock { $0 }.allSatisfy { $0 == nil || $0 == .unavailable })
        #expect(codes.withLock { $0 }.contains(.unavailable))
    }

    @Test func `one model's long runs do not keep another from the lanes`() {
        let harness = Harness(["slow/1/model.test": "micros 20000\nsingle\nend\n", "fast/1/model.test": "micros 100\nend\n"], lanes: 1)
        let slow = Collector()
        for _ in 0..<20 { harness.core.submit(InferenceRequest(model: "slow", inputs: [("x", tensor([[1, 0]]))], sink: slow)) }
        let reply = harness.ask("fast", rows: [[1, 0]])
        // One run of the slow model may be under way, and one more may have been taken: never all twenty.
        #expect(reply.timing.totalNanos < 150_000_000)
        #expect(slow.wait(for: 20))
    }

    @Test func `a model of higher priority goes first`() {
        let harness = Harness(
            [
                "low/1/model.test": "micros 3000\nsingle\nend\n", "low/spec.test": "priority 0\n",
                "high/1/model.test": "micros 3000\nsingle\nend\n", "high/spec.test": "priority 5\n",
            ], lanes: 1, readers: [TestSpecReader()])
        let order = Mutex<[String]>([])
        let collector = Collector { request in order.withLock { $0.append(request.model.string) } }
        for _ in 0..<10 {
            harness.core.submit(InferenceRequest(model: "low", inputs: [("x", tensor([[1, 0]]))], sink: collector))
            harness.core.submit(InferenceRequest(model: "high", inputs: [("x", tensor([[1, 0]]))], sink: collector))
        }
        #expect(collector.wait(for: 20))
        #expect(order.withLock { $0 }.prefix(10).filter { $0 == "high" }.count >= 9)
    }
}
