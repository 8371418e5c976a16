import Glibc
import Serving
import Synchronization
import Tensors
import Testing

@Suite struct `an ensemble and its members` {
    @Test func `it waits for a member that is not there and says so`() {
        let harness = ensembleHarness(["a": "factor 2"], ensembles: ["e": chainYaml], mode: .explicit, startup: ["*"])
        #expect(!harness.core.isReady(model: "e"))
        #expect(harness.reason("e") == "ensemble 'e' waits for model 'b', which is not loaded")
        let refused = harness.ask("e", rows: [[1, 2]])
        #expect(refused.error?.code == .unavailable)
        #expect(refused.error?.message.contains("waits for model 'b'") == true)
        harness.folder.write("factor 10\nend\n", to: "b/1/model.test")
        #expect(harness.load("b") == nil)
        #expect(eventually { harness.core.isReady(model: "e") })
        #expect(harness.ask("e", rows: [[1, 2]]).floats() == [31, 51])
    }

    @Test func `it ends with a member and comes back with it`() {
        let harness = ensembleHarness(["a": "factor 2", "b": "factor 10"], ensembles: ["e": chainYaml], mode: .explicit, startup: ["*"])
        #expect(harness.core.isReady(model: "e"))
        #expect(harness.unload("b") == nil)
        #expect(eventually { !harness.core.isReady(model: "e") })
        #expect(harness.reason("e").contains("waits for model 'b', which is not ready: unloaded"))
        #expect(harness.load("b") == nil)
        #expect(eventually { harness.core.isReady(model: "e") })
        #expect(harness.unload("e") == nil)
        #expect(harness.unload("b") == nil)
        #expect(harness.load("b") == nil)
        usleep(50_000)
        #expect(!harness.core.isReady(model: "e"))
    }

    @Test func `loading it loads what it is made of`() {
        let outer = "steps: [{model: e, inputs: {x: x}, outputs: {y: y}}]"
        let harness = ensembleHarness(
            ["a": "factor 2", "b": "factor 10", "other": "factor 1"], ensembles: ["e": chainYaml, "o": outer], mode: .explicit)
        #expect(harness.load("o") == nil)
        #expect(harness.ask("o", rows: [[1, 2]]).floats() == [31, 51])
        #expect(!harness.core.isReady(model: "other"))
        #expect(harness.backend.log.loads.load(ordering: .relaxed) == 2)
    }

    @Test func `a member that cannot be loaded is named with its reason`() {
        let harness = ensembleHarness(["a": "factor 2", "b": "refuse the weights are gone"], ensembles: ["e": chainYaml])
        #expect(harness.reason("e") == "ensemble 'e' waits for model 'b', which is not ready: the weights are gone")
    }

    @Test func `ensembles that contain each other are named`() {
        let one = "steps: [{model: two, inputs: {x: x}, outputs: {y: y}}]"
        let two = "steps: [{model: one, inputs: {x: x}, outputs: {y: y}}]"
        let harness = ensembleHarness([:], ensembles: ["one": one, "two": two])
        #expect(["one", "two"].contains { harness.reason($0).contains("is a member of itself: ") })
        #expect(!harness.core.isReady(model: "one"))
    }

    @Test func `a request ends on the versions it began with`() {
        let harness = ensembleHarness(["a": "factor 2\nmicros 300000", "b": "factor 10"], ensembles: ["e": chainYaml])
        let collector = Collector()
        let request = InferenceRequest(model: "e", inputs: [("x", tensor([[1, 2]]))], sink: collector)
        harness.core.submit(request)
        usleep(50_000)
        harness.folder.write("factor 100\nend\n", to: "b/1/model.test")
        #expect(harness.load("b") == nil)
        #expect(collector.answers == 0)
        #expect(collector.wait(for: 1))
        #expect(request.floats() == [31, 51])
        harness.folder.write("factor 2\nend\n", to: "a/1/model.test")
        #expect(harness.load("a") == nil)
        #expect(harness.ask("e", rows: [[1, 2]]).floats() == [301, 501])
        #expect(eventually { harness.backend.log.alive.load(ordering: .relaxed) == 2 })
    }

    @Test func `a nested request ends on the versions it began with`() {
        let outer = """
            steps:
              - {name: wait, model: slow, inputs: {x: x}, outputs: {y: late}}
              - {name: inner, model: e, inputs: {x: late}, outputs: {y: y}}
            """
        let harness = ensembleHarness(
            ["slow": "factor 1\nmicros 300000", "a": "factor 2", "b": "factor 10"], ensembles: ["e": chainYaml, "o": outer])
        let collector = Collector()
        let request = InferenceRequest(model: "o", inputs: [("x", tensor([[0, 1]]))], sink: collector)
        harness.core.submit(request)
        usleep(50_000)
        harness.folder.write("factor 100\nend\n", to: "b/1/model.test")
        #expect(harness.load("b") == nil)
        #expect(harness.unload("e") == nil)
        #expect(collector.wait(for: 1))
        #expect(request.error == nil)
        #expect(request.floats() == [31, 51])
    }

    @Test func `a member whose inputs change ends it until they fit again`() {
        let harness = ensembleHarness(["a": "factor 2", "b": "factor 10"], ensembles: ["e": chainYaml])
        harness.folder.write("factor 10\nwidth 3\nend\n", to: "b/1/model.test")
        #expect(harness.load("b") == nil)
        #expect(eventually { !harness.core.isReady(model: "e") })
        #expect(
            harness.reason("e")
                == "ensemble 'e': 'x' → a.y → 'middle' is FP32 [-1,2], but input 'x' of step 'b' (model 'b') takes FP32 [-1,3]")
        harness.folder.write("factor 5\nend\n", to: "b/1/model.test")
        #expect(harness.load("b") == nil)
        #expect(eventually { harness.core.isReady(model: "e") })
        #expect(harness.ask("e", rows: [[1, 2]]).floats() == [16, 26])
    }

    @Test func `a reloaded member of the same kind leaves it as it is`() throws {
        let harness = ensembleHarness(["a": "factor 2", "b": "factor 10"], ensembles: ["e": chainYaml])
        _ = harness.ask("e", rows: [[1, 2]])
        harness.folder.write("factor 100\nend\n", to: "b/1/model.test")
        #expect(harness.load("b") == nil)
        usleep(50_000)
        #expect(try harness.core.version(of: "e").statistics.snapshot.success.count == 1)
        #expect(harness.ask("e", rows: [[1, 2]]).floats() == [301, 501])
    }

    @Test func `members are reloaded while requests pour in`() {
        let harness = ensembleHarness(["a": "factor 2", "b": "factor 10"], ensembles: ["e": chainYaml])
        let wrong = Atomic<Int>(0)
        let collector = Collector { request in
            // The one or the other b, never something between.
            if ![[31, 51], [301, 501]].contains(request.floats() ?? []) { wrong.wrappingAdd(1, ordering: .relaxed) }
        }
        var sent = 0
        for round in 0..<10 {
            harness.folder.write(
                "factor \(round % 2 == 0 ? 100 : 10)\n\(String(repeating: "single\n", count: 0))end\n", to: "b/1/model.test")
            let done = Flag()
            harness.core.load("b") { _ in done.set() }
            while !done.isSet {
                for _ in 0..<20 {
                    harness.core.submit(InferenceRequest(model: "e", inputs: [("x", tensor([[1, 2]]))], sink: collector))
                    sent += 1
                }
                usleep(500)
            }
        }
        #expect(collector.wait(for: sent))
        #expect(wrong.load(ordering: .relaxed) == 0)
        #expect(eventually { harness.backend.log.alive.load(ordering: .relaxed) == 2 })
    }

    @Test func `a golden request of the ensemble is asked before it serves`() {
        let golden = { (value: Float) in
            """
            {"inputs": {"x": {"datatype": "FP32", "shape": [1, 2], "data": [1, 2]}},
             "outputs": {"y": {"datatype": "FP32", "shape": [1, 2], "data": [\(value), 51]}}}
            """
        }
        for value in [Float(31), 32] {
            let harness = Harness(
                [
                    "a/1/model.test": "factor 2\nend\n", "b/1/model.test": "factor 10\nend\n", "e/model.yaml": chainYaml,
                    "e/1/golden/one.json": golden(value),
                ], readers: [ModelYaml()])
            #expect(harness.core.isReady(model: "e") == (value == 31))
            if value == 32 { #expect(harness.reason("e").contains("golden/one.json")) }
        }
    }
}
