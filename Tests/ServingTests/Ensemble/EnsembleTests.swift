import Glibc
import Serving
import Synchronization
import Tensors
import Testing

@Suite struct `an ensemble` {
    @Test(arguments: [false, true]) func `passes tensors from step to step`(inline: Bool) {
        let harness = ensembleHarness(["a": "factor 2", "b": "factor 10"], ensembles: ["e": chainYaml], inline: inline)
        #expect(harness.ask("e", rows: [[1, 2], [3, 4]]).floats() == [31, 51, 71, 91])
        #expect(harness.core.isReady(model: "e"))
    }

    @Test func `has a signature of its own`() throws {
        let harness = ensembleHarness(["a": "factor 2", "b": "factor 10"], ensembles: ["e": chainYaml])
        let version = try harness.core.version(of: "e")
        #expect(version.signature.inputs.map(\.name) == ["x"])
        #expect(version.signature.inputs[0].dims == [-1, 2])
        #expect(version.signature.outputs.map(\.name) == ["y"])
        #expect(version.platform == "ensemble")
        #expect(version.maxRows == 64)
        let request = harness.ask("e", rows: [[1, 2, 3]])
        #expect(request.error?.code == .invalidArgument)
        #expect(request.error?.message.contains("Expected [-1,2], got [1,3]") == true)
    }

    @Test func `runs steps that do not need each other side by side`() {
        let yaml = """
            outputs: [{name: sum}]
            steps:
              - {model: slow, inputs: {x: x}, outputs: {y: one}}
              - {model: slower, inputs: {x: x}, outputs: {y: two}}
              - {op: combine, with: {by: add}, inputs: {a: one, b: two}, outputs: {y: sum}}
            """
        let harness = ensembleHarness(["slow": "factor 2\nmicros 200000", "slower": "factor 3\nmicros 200000"], ensembles: ["e": yaml])
        let start = MonotonicClock.system.nowNanos
        let request = harness.ask("e", rows: [[1, 2]])
        #expect(request.floats("sum") == [7, 12])
        #expect(MonotonicClock.system.nowNanos - start < 380_000_000)
    }

    @Test func `has steps of several requests share a run`() {
        let harness = ensembleHarness(
            ["a": "factor 2\nmicros 20000", "b": "factor 10\nmicros 20000"], ensembles: ["e": chainYaml], lanes: 1)
        let collector = Collector { request in #expect(request.floats()?.count == 2) }
        harness.backend.log.largest.store(0, ordering: .relaxed)
        for value in 0..<16 {
            harness.core.submit(InferenceRequest(model: "e", inputs: [("x", tensor([[Float(value), 0]]))], sink: collector))
        }
        #expect(collector.wait(for: 16))
        #expect(harness.backend.log.largest.load(ordering: .relaxed) > 4)
    }

    @Test func `may be a member of another`() {
        let outer = """
            steps:
              - {name: inner, model: e, inputs: {x: x}, outputs: {y: deep}}
              - {model: a, inputs: {x: deep}, outputs: {y: y}}
            """
        let harness = ensembleHarness(["a": "factor 2", "b": "factor 10"], ensembles: ["e": chainYaml, "a-outer": outer])
        #expect(harness.ask("a-outer", rows: [[1, 2]]).floats() == [63, 103])
        let wrong = harness.ask("a-outer", rows: [[1, 2]]) { $0.deadlineNanos = 1 }
        #expect(wrong.error?.code == .deadlineExceeded)
    }

    @Test func `takes the version or the label that a step names`() {
        let yaml = """
            steps:
              - {model: m, version: 1, inputs: {x: x}, outputs: {y: one}}
              - {model: m, label: stable, inputs: {x: x}, outputs: {y: two}}
              - {model: m, inputs: {x: x}, outputs: {y: three}}
            """
        let harness = Harness(
            [
                "m/spec.test": "policy all\nlabel stable 2\n", "m/1/model.test": "factor 1\nend\n", "m/2/model.test": "factor 2\nend\n",
                "m/3/model.test": "factor 3\nend\n", "e/model.yaml": yaml, "e/1/readme.txt": "",
            ], readers: [ModelYaml(), TestSpecReader()])
        let request = harness.ask("e", rows: [[1, 1]])
        #expect(request.floats("one") == [2, 2])
        #expect(request.floats("two") == [3, 3])
        #expect(request.floats("three") == [4, 4])
        let some = harness.ask("e", rows: [[1, 1]]) { $0.requestedOutputs = ["three"] }
        #expect(some.outputs.map(\.name) == ["three"])
    }

    @Test func `passes strings and optional inputs on`() {
        let yaml = """
            inputs:
              - {name: x}
              - {name: words}
              - {name: extra, optional: true}
            steps:
              - {model: m, inputs: {x: x, s: words, o: extra}, outputs: {y: y, t: t}}
              - {op: text, with: {do: upper}, inputs: {x: t}, outputs: {y: shout}}
            """
        let harness = ensembleHarness(["m": "factor 2\nstrings\noptional"], ensembles: ["e": yaml])
        let words = Tensor(strings: ["a", "b"], shape: [2, 1])
        let plain = harness.ask("e", inputs: [("x", tensor([[1, 2], [3, 4]])), ("words", words)])
        #expect(plain.error == nil)
        #expect(plain.floats() == [3, 5, 7, 9])
        #expect(plain.outputs.first { $0.name == "shout" }?.tensor.strings == ["A", "B"])
        let more = harness.ask("e", inputs: [("x", tensor([[1, 2], [3, 4]])), ("words", words), ("extra", tensor([[1, 1], [1, 1]]))])
        #expect(more.floats() == [4, 6, 8, 10])
    }

    @Test func `cuts requests larger than its members' runs`() {
        let harness = ensembleHarness(["a": "factor 2", "b": "factor 10"], ensembles: ["e": chainYaml])
        let rows = (0..<300).map { [Float($0), 0] }
        #expect(harness.ask("e", rows: rows).floats() == rows.flatMap { [20 * $0[0] + 11, 11] })
    }

    @Test(arguments: [0, 1, 2]) func `fails with the name of the step that failed and frees everything`(position: Int) {
        let yaml = """
            steps:
              - {name: first, model: m0, inputs: {x: x}, outputs: {y: t0}}
              - {name: second, model: m1, inputs: {x: t0}, outputs: {y: t1}}
              - {name: third, model: m2, inputs: {x: t1}, outputs: {y: y}}
            """
        var models: [String: String] = [:]
        for index in 0..<3 { models["m\(index)"] = index == position ? "factor 1\npoison \(13 + position)" : "factor 1" }
        let harness = ensembleHarness(models, ensembles: ["e": yaml])
        let bad = harness.ask("e", rows: [[13, 1]])
        #expect(bad.error?.code == .invalidArgument)
        let name = ["first", "second", "third"][position]
        #expect(bad.error?.message.hasPrefix("in ensemble 'e', step '\(name)': ") == true)
        #expect(bad.outputs.isEmpty)
        #expect(harness.ask("e", rows: [[1, 1]]).floats() == [4, 4])
        #expect(eventually { harness.core.versions(of: "e").first?.depth.inFlight == 0 })
        for model in ["m0", "m1", "m2", "e"] { #expect(harness.unload(model) == nil) }
        #expect(eventually { harness.backend.log.alive.load(ordering: .relaxed) == 0 })
    }

    @Test func `ends with the request's deadline`() {
        let harness = ensembleHarness(["a": "factor 2\nmicros 60000", "b": "factor 10"], ensembles: ["e": chainYaml])
        let request = harness.ask("e", rows: [[1, 2]]) { $0.deadlineNanos = MonotonicClock.system.nowNanos + 30_000_000 }
        #expect(request.error?.code == .deadlineExceeded)
        #expect(request.error?.message.contains("in ensemble 'e', step '") == true)
    }

    @Test func `stops when the caller gives up`() {
        let harness = ensembleHarness(["a": "factor 2\nmicros 100000", "b": "factor 10"], ensembles: ["e": chainYaml], lanes: 1)
        let runs = harness.backend.log.runs.load(ordering: .relaxed)
        let collector = Collector()
        let request = InferenceRequest(model: "e", inputs: [("x", tensor([[1, 2]]))], sink: collector)
        harness.core.submit(request)
        usleep(20_000)
        request.cancel()
        #expect(collector.wait(for: 1))
        #expect(request.error?.code == .cancelled)
        #expect(harness.backend.log.runs.load(ordering: .relaxed) == runs + 1)
    }

    @Test func `counts its requests and those of its steps`() {
        let harness = ensembleHarness(["a": "factor 2", "b": "factor 10\npoison 27"], ensembles: ["e": chainYaml])
        _ = harness.ask("e", rows: [[1, 2], [3, 4]])
        _ = harness.ask("e", rows: [[13, 2]])
        guard let version = harness.core.versions(of: "e").first else { return #expect(Bool(false)) }
        let snapshot = version.statistics.snapshot
        #expect(snapshot.success.count == 1)
        #expect(snapshot.fail.count == 1)
        #expect(snapshot.inferenceCount == 2)
        #expect(snapshot.executionCount == 1)
        #expect(harness.core.versions(of: "a").first?.statistics.snapshot.success.count == 2)
        let steps = version.steps
        #expect(steps.map(\.name) == ["a", "b"])
        #expect(steps[0].statistics.snapshot.success.count == 2)
        #expect(steps[1].statistics.snapshot.success.count == 1)
        #expect(steps[1].statistics.snapshot.fail.count == 1)
    }

    @Test func `notes what its steps did for callers who ask`() {
        let outer = """
            steps:
              - {name: inner, model: e, inputs: {x: x}, outputs: {y: deep}}
              - {name: never, model: a, when: false, inputs: {x: deep}, outputs: {y: z}}
            outputs: [{name: y, from: [z, deep]}]
            """
        let harness = ensembleHarness(["a": "factor 2", "b": "factor 10"], ensembles: ["e": chainYaml, "o": outer])
        let trace = EnsembleTrace()
        let request = harness.ask("o", rows: [[1, 2]]) { $0.trace = trace }
        #expect(request.floats() == [31, 51])
        #expect(trace.entries.map(\.step) == ["inner", "never"])
        #expect(trace.entries.map(\.isSkipped) == [false, true])
        #expect(trace.entries.first?.inner.map(\.step) == ["a", "b"])
        #expect((trace.entries.first?.nanos ?? 0) >= trace.entries.first?.inner.reduce(0) { $0 + $1.nanos } ?? 0)
    }
}
