import LoadTesting
import Testing

@Suite struct `Scenarios` {
    private func read(_ text: String) throws -> Scenario { try Scenario(yaml: Array(text.utf8), file: "dir/s.yaml") }

    @Test func `name everything that a run needs`() throws {
        let scenario = try read(
            """
            name: spike
            target: 127.0.0.1:8001
            connections: 4
            streams: 50
            threads: 2
            warmup: 500ms
            arrivals: constant
            timeout: 100ms
            cancel: 5%
            models:
              - digits-mlp
              - model: fraud
                weight: 2.5
                batch: 8
                timeout: 1s
                golden: golden.json
                inputs: {x: "@x.npy", y: "[1, 2]"}
                shapes: {z: [1, 3, 224, 224]}
            phases:
              - {name: calm, duration: 5s, rate: 100}
              - {duration: 2s, rate: [100, 5000]}
              - {duration: 10s, rate: 100, burst: 50, every: 2s}
            actions:
              - {at: 3s, load: fraud}
              - {at: 4s, unload: fraud}
            assert:
              - p99 < 5ms
              - errors == 0
            """)
        #expect(scenario.name == "spike")
        #expect(scenario.target == "127.0.0.1:8001")
        #expect(scenario.plan.connections == 4 && scenario.plan.streams == 50 && scenario.plan.loops == 2)
        #expect(scenario.plan.warmup == .nanos(500_000_000))
        #expect(scenario.plan.cancelShare == 0.05)
        guard case .open(.constant) = scenario.plan.pace else {
            Issue.record("not an open loop")
            return
        }
        #expect(scenario.plan.phases.map(\.name) == ["calm", "phase-2", "phase-3"])
        #expect(scenario.plan.phases[1].startRate == 100 && scenario.plan.phases[1].endRate == 5000)
        #expect(scenario.plan.phases[2].burst == 50 && scenario.plan.phases[2].burstPeriodNanos == 2 * .s)
        #expect(scenario.models.map(\.model) == ["digits-mlp", "fraud"])
        #expect(scenario.models[0].timeoutNanos == 100_000_000)
        #expect(scenario.models[1].timeoutNanos == 1 * .s)
        #expect(scenario.models[1].weight == 2.5 && scenario.models[1].inputs.batch == 8)
        #expect(scenario.models[1].goldenPath == "dir/golden.json")
        #expect(scenario.models[1].inputs.given == ["x=@dir/x.npy", "y=[1, 2]"])
        #expect(scenario.models[1].inputs.shapes == ["z": [1, 3, 224, 224]])
        #expect(
            scenario.actions == [
                ScenarioAction(atNanos: 3 * .s, kind: .load("fraud")), ScenarioAction(atNanos: 4 * .s, kind: .unload("fraud")),
            ])
        #expect(scenario.assertions.map(\.text) == ["p99 < 5ms", "errors == 0"])
    }

    @Test func `without a rate are closed loops`() throws {
        let scenario = try read("models: [m]\nphases:\n  - {duration: 1s, concurrency: 4}\n  - {duration: 1s}\n")
        guard case .closed = scenario.plan.pace else {
            Issue.record("not a closed loop")
            return
        }
        #expect(scenario.plan.phases.map(\.concurrency) == [4, nil])
    }

    @Test(arguments: [
        ("models: [m]\nphasess: []\n", "dir/s.yaml:1: the key 'phases' is missing"),
        ("models: [m]\nconections: 4\nphases: [{duration: 1s}]\n", "dir/s.yaml:2: unknown key 'conections'; did you mean 'connections'?"),
        ("phases:\n  - {duration: 1s, rate: 5}\n  - {duration: 1s}\n", "dir/s.yaml:2: phases with a 'rate' and phases without one"),
        ("phases:\n  - duration: soon\n", "dir/s.yaml:2: 'duration' is 'soon', expected a duration"),
        ("phases:\n  - name: x\n", "dir/s.yaml:2: a phase needs a 'duration'"),
        ("phases: [{duration: 1s}]\nassert:\n  - p99 < 5ms\n  - p99\n", "dir/s.yaml:4: 'p99' is no assertion"),
        ("phases: [{duration: 1s}]\nmodels:\n  - {modell: x}\n", "dir/s.yaml:3: a model needs the key 'model'"),
        ("phases: [{duration: 1s}]\nactions:\n  - {at: 1s}\n", "dir/s.yaml:3: an action is either 'load' or 'unload'"),
        ("connections: 0\nphases: [{duration: 1s}]\n", "dir/s.yaml:1: 'connections' is '0', expected a whole number from 1"),
        ("a: [1\n", "dir/s.yaml:2:"), ("", "dir/s.yaml: the document is empty"), ("- x\n", "dir/s.yaml:1: expected keys and values"),
        ("x: &a 1\ny: *a\n", "dir/s.yaml:1: anchors"), ("x: 1\nx: 2\n", "dir/s.yaml:2: the key 'x' stands here twice"),
        ("phases: [{duration: 1s, rate: [1, 2, 3]}]\n", "dir/s.yaml:1: a ramp is [from, to]"),
        ("protocol: rest\nphases: [{duration: 1s}]\n", "dir/s.yaml:1: 'protocol' is 'rest', expected kserve"),
    ]) func `that are wrong say the line`(text: String, message: String) {
        let error = #expect(throws: LoadError.self) { try read(text) }
        #expect(error?.message.hasPrefix(message) == true, "\(error?.message ?? "")")
    }

    @Test func `of any nesting and size are refused, not followed`() {
        #expect(throws: LoadError.self) { try read(String(repeating: "[", count: 10_000)) }
        #expect(throws: LoadError.self) { try read("x: [" + String(repeating: "1,", count: 20_000) + "1]") }
    }
}
