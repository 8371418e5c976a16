import Batching
import Glibc
import Serving
import Synchronization
import Tensors
import Testing

@Suite struct `the life of a version` {
    @Test func `the latest version serves unless told otherwise`() {
        let harness = Harness(["m/1/model.test": "factor 1\nend\n", "m/3/model.test": "factor 3\nend\n", "m/2/model.test": "factor 2\nend\n"])
        #expect(harness.ask("m", rows: [[1, 1]]).floats() == [4, 4])
        #expect(harness.core.versions(of: "m").map(\.number) == [3])
    }

    @Test func `the version policy chooses`() {
        let files = ["m/1/model.test": "factor 1\nend\n", "m/2/model.test": "factor 2\nend\n", "m/3/model.test": "factor 3\nend\n"]
        let all = Harness(files.merging(["m/spec.test": "policy all\nlabel stable 2\n"]) { $1 }, readers: [TestSpecReader()])
        #expect(all.core.versions(of: "m").map(\.number) == [1, 2, 3])
        #expect(all.ask("m", rows: [[1, 1]]).floats() == [4, 4])
        #expect(all.ask("m", rows: [[1, 1]], version: .number(1)).floats() == [2, 2])
        #expect(all.ask("m", rows: [[1, 1]], version: .label("stable")).floats() == [3, 3])
        #expect(all.ask("m", rows: [[1, 1]], version: .label("canary")).error?.code == .notFound)
        let some = Harness(files.merging(["m/spec.test": "policy specific 1 2 9\n"]) { $1 }, readers: [TestSpecReader()])
        #expect(some.core.versions(of: "m").map(\.number) == [1, 2])
    }

    @Test func `a model that cannot be loaded says why and is not ready`() {
        let harness = Harness(["bad/1/model.test": "refuse the weights are gone\nend\n", "good/1/model.test": "end\n"])
        #expect(harness.core.isReady(model: "good"))
        #expect(!harness.core.isReady(model: "bad"))
        let entry = harness.core.index().first { $0.model == "bad" }
        #expect(entry == IndexEntry(model: "bad", version: 1, state: .unavailable, reason: "the weights are gone"))
        let reply = harness.ask("bad", rows: [[1, 1]])
        #expect(reply.error?.code == .unavailable)
        #expect(reply.error?.message.contains("the weights are gone") == true)
    }

    @Test func `a folder without a model file says what was looked for`() {
        let harness = Harness(["m/1/readme.txt": "nothing"])
        #expect(harness.core.index().first?.reason == "version 1 of model 'm' has no model file; looked for model.test")
    }

    @Test func `a faulty configuration keeps the model out and names the file`() {
        let harness = Harness(["m/1/model.test": "end\n", "m/spec.test": "nonsense\n"], readers: [TestSpecReader()])
        let reason = harness.core.index().first?.reason ?? ""
        #expect(reason.hasSuffix("m/spec.test: unknown word 'nonsense'"))
        #expect(harness.ask("m", rows: [[1, 1]]).error?.code == .unavailable)
    }

    @Test func `a failed load leaves the old version serving and says why`() {
        let harness = Harness(["m/1/model.test": "factor 1\nend\n"], mode: .explicit, startup: ["m"])
        harness.folder.write("refuse no such operator\nend\n", to: "m/2/model.test")
        #expect(harness.load("m")?.message == "no such operator")
        #expect(harness.ask("m", rows: [[1, 1]]).floats() == [2, 2])
        let index = harness.core.index()
        #expect(index.contains(IndexEntry(model: "m", version: 1, state: .ready, reason: "")))
        #expect(index.contains(IndexEntry(model: "m", version: 2, state: .unavailable, reason: "no such operator")))
        // The same number with worse files: the old one goes on.
        harness.folder.write("refuse worse\nend\n", to: "m/1/model.test")
        harness.folder.remove("m/2")
        #expect(harness.load("m")?.message == "worse")
        #expect(harness.ask("m", rows: [[1, 1]]).floats() == [2, 2])
        #expect(harness.core.index().first?.state == .ready)
        #expect(harness.core.index().first?.reason == "the newer files are not in use: worse")
    }

    @Test func `an unchanged version is not loaded again`() {
        let harness = Harness(["m/1/model.test": "end\n"], mode: .explicit, startup: ["m"])
        #expect(harness.load("m") == nil)
        #expect(harness.load("m") == nil)
        #expect(harness.backend.log.loads.load(ordering: .relaxed) == 1)
    }

    @Test func `an unloaded model is gone, its memory freed, and comes back`() {
        let harness = Harness(["m/1/model.test": "end\n"], mode: .explicit, startup: ["m"])
        #expect(harness.unload("m") == nil)
        #expect(harness.backend.log.alive.load(ordering: .relaxed) == 0)
        #expect(!harness.core.isReady(model: "m"))
        #expect(harness.core.index().first?.state == .unavailable)
        #expect(harness.core.index().first?.reason == "unloaded")
        #expect(harness.ask("m", rows: [[1, 1]]).error?.code == .unavailable)
        #expect(harness.load("m") == nil)
        #expect(harness.ask("m", rows: [[1, 1]]).error == nil)
        #expect(harness.unload("nobody")?.code == .notFound)
        #expect(harness.load("nobody")?.code == .notFound)
    }

    @Test func `explicit mode loads what it is told and nothing else`() {
        let harness = Harness(["a/1/model.test": "end\n", "b/1/model.test": "end\n"], mode: .explicit, startup: ["b"])
        #expect(harness.core.liveVersions.map(\.model) == ["b"])
        let all = Harness(["a/1/model.test": "end\n", "b/1/model.test": "end\n"], mode: .explicit, startup: ["*"])
        #expect(all.core.liveVersions.map(\.model) == ["a", "b"])
    }

    @Test func `files and a configuration may be handed over`() {
        let harness = Harness(["m/9/model.test": "factor 1\nend\n"], mode: .explicit)
        var spec = ModelSpec(name: "m")
        spec.versionPolicy = .all
        let files: [Int64: [String: [UInt8]]] = [1: ["model.test": Array("factor 5\nend\n".utf8)], 4: ["model.test": Array("factor 6\nend\n".utf8)]]
        #expect(harness.load("m", files: files, override: spec) == nil)
        #expect(harness.ask("m", rows: [[1, 1]], version: .number(1)).floats() == [6, 6])
        #expect(harness.ask("m", rows: [[1, 1]]).floats() == [7, 7])
        #expect(harness.core.versions(of: "m").map(\.number) == [1, 4])
        // A load without files goes back to the folder.
        #expect(harness.load("m") == nil)
        #expect(harness.core.versions(of: "m").map(\.number) == [9])
    }

    @Test func `events tell the story`() {
        let harness = Harness(["m/1/model.test": "end\n"], mode: .explicit, startup: ["m"])
        _ = harness.unload("m")
        let words = harness.events.all.map { event in
            switch event {
            case .loading(let version): "loading \(version)"
            case .ready(let version, _): "ready \(version)"
            case .unloading(let version): "unloading \(version)"
            case .unloaded(let version): "unloaded \(version)"
            default: "other"
            }
        }
        #expect(words == ["loading m/1", "ready m/1", "unloading m/1", "unloaded m/1"])
    }

    @Test func `a hundred reloads under load fail no request`() {
        let harness = Harness(["m/1/model.test": "factor 1\nmicros 100\nend\n"], mode: .explicit, startup: ["m"])
        let stopper = Flag()
        let failures = Mutex<[String]>([])
        let collector = Collector { request in
            if let error = request.error { failures.withLock { $0.append(error.message) } }
            // Factors are the versions' numbers: an answer must be some version's, whole.
            let values = request.floats() ?? []
            if request.error == nil, Set(values.map { $0 - 1 }).count != 1 { failures.withLock { $0.append("mixed \(values)") } }
        }
        let group = ThreadGroup()
        let counter = SentCounter()
        for _ in 0..<2 {
            group.start { [core = harness.core] in
                let submitter = core.makeSubmitter()
                while !stopper.isSet {
                    while collector.answers + 50 < counter.value { usleep(100) }
                    counter.add()
                    submitter.submit(
                        InferenceRequest(model: "m", inputs: [("x", tensor([[1, 1], [1, 1]]))], sink: collector))
                }
            }
        }
        for number in 2...101 {
            harness.folder.write("factor \(number)\nmicros 100\nend\n", to: "m/\(number)/model.test")
            #expect(harness.load("m") == nil)
            harness.folder.remove("m/\(number - 1)")
        }
        stopper.set()
        group.join()
        #expect(collector.wait(for: counter.value))
        #expect(failures.withLock { $0 }.isEmpty, "\(failures.withLock { $0 }.prefix(3))")
        #expect(harness.core.versions(of: "m").map(\.number) == [101])
        #expect(eventually { harness.backend.log.alive.load(ordering: .relaxed) == 1 })
    }
}
