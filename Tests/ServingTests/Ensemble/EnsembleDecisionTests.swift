import Glibc
import Serving
import Synchronization
import Tensors
import Testing

@Suite struct `an ensemble that decides` {
    /// cheap: y = x + 1; dear: y = 10x + 1.
    private let models = ["cheap": "factor 1", "dear": "factor 10", "broken": "fails", "slow": "factor 1\nmicros 100000"]

    @Test func `runs the dear model only when the cheap one is unsure`() {
        let yaml = """
            outputs: [{name: y, from: [exact, quick]}]
            steps:
              - {model: cheap, inputs: {x: x}, outputs: {y: quick}}
              - {model: dear, when: "max(quick) < 5", inputs: {x: x}, outputs: {y: exact}}
            """
        let harness = ensembleHarness(models, ensembles: ["e": yaml])
        #expect(harness.ask("e", rows: [[1, 2]]).floats() == [11, 21])
        #expect(harness.ask("e", rows: [[1, 9]]).floats() == [2, 10])
        let steps = harness.core.versions(of: "e").first?.steps ?? []
        #expect(steps.map { $0.statistics.snapshot.skipped } == [0, 1])
    }

    @Test func `decides for each row and puts the rows together`() {
        let yaml = """
            outputs: [{name: y, from: [exact, quick]}, {name: exact, optional: true}]
            steps:
              - {model: cheap, inputs: {x: x}, outputs: {y: quick}}
              - {model: dear, where: "max(quick) < 5", inputs: {x: x}, outputs: {y: exact}}
            """
        let harness = ensembleHarness(models, ensembles: ["e": yaml])
        let mixed = harness.ask("e", rows: [[9, 9], [1, 2], [7, 0], [0, 0]])
        #expect(mixed.floats() == [10, 10, 11, 21, 8, 1, 1, 1])
        // Made for some rows only: it is not an answer.
        #expect(mixed.outputs.map(\.name) == ["y"])
        #expect(harness.ask("e", rows: [[1, 1], [2, 2]]).outputs.map(\.name) == ["y", "exact"])
        #expect(harness.core.versions(of: "dear").first?.statistics.snapshot.inferenceCount == 4)
    }

    @Test(arguments: [("fast", [Float(2), 3]), ("exact", [11, 21]), ("else", [1, 2])]) func `takes the case that a parameter names`(
        mode: String, expected: [Float]
    ) {
        let yaml = """
            steps:
              - switch: param("mode", "fast")
                cases:
                  fast: {model: cheap, inputs: {x: x}, outputs: {y: y}}
                  exact: {model: dear, inputs: {x: x}, outputs: {y: y}}
                default: {op: identity, inputs: {x: x}, outputs: {y: y}}
            """
        let harness = ensembleHarness(models, ensembles: ["e": yaml])
        let request = harness.ask("e", rows: [[1, 2]]) { $0.parameters = [RequestParameter(name: "mode", value: .string(mode))] }
        #expect(request.floats() == expected)
        if mode == "fast" { #expect(harness.ask("e", rows: [[1, 2]]).floats() == expected) }
    }

    @Test func `falls back when a step fails`() {
        let yaml = """
            steps:
              - name: main
                model: broken
                inputs: {x: x}
                outputs: {y: y}
                fallback:
                  - {name: second, model: broken}
                  - {name: third, model: cheap}
            """
        let harness = ensembleHarness(models, ensembles: ["e": yaml])
        #expect(harness.ask("e", rows: [[1, 2]]).floats() == [2, 3])
        let steps = harness.core.versions(of: "e").first?.steps ?? []
        #expect(steps.map(\.name) == ["main", "second", "third"])
        #expect(steps.map { $0.statistics.snapshot.fail.count } == [1, 1, 0])
    }

    @Test func `fails with the last fallback's status when all fail`() {
        let yaml = "steps: [{name: main, model: broken, inputs: {x: x}, outputs: {y: y}, fallback: [{name: second, model: broken}]}]"
        let harness = ensembleHarness(models, ensembles: ["e": yaml])
        let request = harness.ask("e", rows: [[1, 2]])
        #expect(request.error?.code == .internal)
        #expect(request.error?.message == "in ensemble 'e', step 'second': this model always fails")
    }

    @Test func `falls back when a step would be late`() {
        let yaml = """
            steps:
              - {model: slow, timeout: 20ms, inputs: {x: x}, outputs: {y: y}, fallback: [{model: cheap}]}
            """
        let harness = ensembleHarness(["slow": "factor 5\nmicros 100000", "cheap": "factor 1"], ensembles: ["e": yaml], lanes: 1)
        // The first tells how long the model takes; from then on it is known to be too slow.
        _ = harness.ask("slow", rows: [[1, 2]])
        #expect(harness.ask("e", rows: [[1, 2]]).floats() == [2, 3])
        #expect(harness.core.versions(of: "e").first?.steps.first?.statistics.snapshot.fail.count == 1)
    }

    @Test func `serves without a member that has a fallback and takes it up when it comes`() {
        let yaml = "steps: [{model: later, inputs: {x: x}, outputs: {y: y}, fallback: [{model: cheap}]}]"
        let harness = ensembleHarness(["cheap": "factor 1"], ensembles: ["e": yaml], mode: .explicit, startup: ["*"])
        #expect(harness.ask("e", rows: [[1, 2]]).floats() == [2, 3])
        harness.folder.write("factor 4\nend\n", to: "later/1/model.test")
        #expect(harness.load("later") == nil)
        #expect(eventually { harness.ask("e", rows: [[1, 2]]).floats() == [5, 9] })
    }

    @Test func `says which output nobody made`() {
        let yaml = "steps: [{model: cheap, when: 'max(x) > 3', inputs: {x: x}, outputs: {y: y}}]"
        let harness = ensembleHarness(models, ensembles: ["e": yaml])
        #expect(harness.ask("e", rows: [[1, 4]]).floats() == [2, 5])
        let request = harness.ask("e", rows: [[1, 2]])
        #expect(request.error?.code == .failedPrecondition)
        #expect(request.error?.message == "output 'y' of ensemble 'e' was made by no step that ran")
    }

    @Test func `maps a step over rows and stacks the answers`() {
        let yaml = """
            inputs: [{name: x, datatype: FP32, shape: [-1, 2]}]
            steps:
              - {model: one, map: x, inputs: {x: x}, outputs: {y: y}}
            """
        let harness = ensembleHarness(["one": "factor 3\nsingle\npoison 9"], ensembles: ["e": yaml])
        #expect(harness.ask("e", rows: [[1, 2], [3, 4], [5, 6]]).floats() == [4, 7, 10, 13, 16, 19])
        #expect(harness.backend.log.largest.load(ordering: .relaxed) == 1)
        let failed = harness.ask("e", rows: [[1, 2], [3, 9], [5, 6]])
        #expect(failed.error?.message == "in ensemble 'e', step 'one': 9.0 is poison")
    }

    @Test func `an output without the rows that its step ran on is a fault of the step`() {
        let yaml = """
            max_batch_size: 8
            inputs: [{name: x, datatype: FP32, shape: [2]}]
            outputs: [{name: y, from: [most, x]}]
            steps:
              - {op: reduce, with: {by: max, axis: 0, keep: true}, where: "max(x) > 3", inputs: {x: x}, outputs: {y: most}}
            """
        let harness = ensembleHarness([:], ensembles: ["e": yaml])
        let request = harness.ask("e", rows: [[9, 9], [1, 1], [8, 8]])
        #expect(request.error?.code == .failedPrecondition)
        #expect(request.error?.message == "in ensemble 'e', step 'reduce': it ran on 2 rows, but its output 'y' has the shape [1,2]")
    }

    @Test func `a large built-in step leaves the caller's thread`() {
        let yaml = """
            max_batch_size: 100000
            inputs: [{name: x, datatype: FP32, shape: [2]}]
            steps:
              - {name: first, op: scale, with: {factor: 2}, inputs: {x: x}, outputs: {y: doubled}}
              - {name: second, op: scale, with: {offset: 1}, inputs: {x: doubled}, outputs: {y: y}}
            """
        let harness = ensembleHarness([:], ensembles: ["e": yaml])
        let caller = pthread_self()
        let isOnCaller = Atomic<Int>(0)
        let collector = Collector { _ in if pthread_equal(pthread_self(), caller) != 0 { isOnCaller.wrappingAdd(1, ordering: .relaxed) } }
        let requests = [10, 20_000, 30_000].map { rows in
            InferenceRequest(model: "e", inputs: [("x", tensor((0..<rows).map { [Float($0), 0] }))], sink: collector)
        }
        for request in requests { harness.core.submit(request) }
        #expect(collector.wait(for: 3))
        #expect(isOnCaller.load(ordering: .relaxed) == 1)
        for request in requests { #expect(request.floats()?[2] == 3) }
    }

    @Test func `gives each step the time that the others leave`() {
        let yaml = """
            steps:
              - {model: a, inputs: {x: x}, outputs: {y: middle}}
              - {model: slow, inputs: {x: middle}, outputs: {y: y}}
            """
        let harness = ensembleHarness(["a": "factor 1\nmicros 100", "slow": "factor 1\nmicros 100000"], ensembles: ["e": yaml])
        _ = harness.ask("e", rows: [[1, 2]])
        let runs = harness.core.versions(of: "a").first?.statistics.snapshot.executionCount
        let request = harness.ask("e", rows: [[1, 2]]) { $0.deadlineNanos = MonotonicClock.system.nowNanos + 50_000_000 }
        #expect(request.error?.code == .deadlineExceeded)
        #expect(runs != nil)
    }
}
