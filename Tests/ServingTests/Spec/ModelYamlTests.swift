import Batching
import Serving
import Tensors
import Testing

@Suite struct `model.yaml` {
    static func read(_ text: String) throws(ServingError) -> ModelSpec {
        try ModelYaml().read(Array(text.utf8), path: "credit/model.yaml", model: "credit")
    }

    static func fault(_ text: String) -> String? {
        do throws(ServingError) {
            _ = try read(text)
            return nil
        } catch { return error.message }
    }

    @Test(arguments: ["", "# nothing\n", "---\n", "{}\n"]) func `an empty file is no configuration`(text: String) throws {
        #expect(try Self.read(text) == ModelSpec(name: "credit"))
    }

    @Test func `every key is read`() throws {
        let spec = try Self.read(
            """
            name: credit
            backend: onnx
            file: special.onnx
            max_batch_size: 32
            slo: 20ms
            priority: 3
            instances: 2
            cache: true
            inputs:
              - {name: x, datatype: FP32, shape: [-1, 4]}
              - name: y
                datatype: int64
                shape: []
                optional: yes
            outputs: [{name: p, label_file: labels.txt, reshape: [2]}]
            parameters: {threshold: 0.5, mode: fast}
            versions: {latest: 2}
            labels: {stable: 1}
            batching:
              preferred_sizes: [4, 8]
              max_delay: 100us
              preserve_ordering: true
              priority_levels: 3
              default_priority: 2
              max_queued_requests: 50
              queue: {timeout: 1s, timeout_action: delay, allow_timeout_override: false, max_size: 9}
              levels: {1: {timeout: 5ms}}
            rate_limit: {requests_per_second: 100, burst: 5}
            routing:
              weights: {1: 0.9, 2: 0.1}
              sticky_parameter: user
              canary: {steps: [0.1, 1], step: 2min, min_requests: 7, max_error_share: 0.2, max_latency_factor: 3}
              shadow: {version: 3, share: 0.5}
            sequence:
              strategy: oldest
              max_idle: 5s
              controls: [{input: START, kind: start, datatype: INT32}, {input: ID, kind: correlation_id}]
              states: [{input: h, output: hn, shape: [2, 128]}]
            warmup:
              - rows: 4
                inputs: {x: {datatype: FP32, shape: [4], fill: random}}
            steps:
              - model: scaler
                version: 2
                inputs: {in: x}
                outputs: {out: scaled}
            """)
        #expect(spec.backend == "onnx")
        #expect(spec.fileName == "special.onnx")
        #expect(spec.maxBatchRows == 32)
        #expect(spec.objectiveNanos == 20_000_000)
        #expect(spec.priority == 3)
        #expect(spec.instances.count == 2)
        #expect(spec.responseCache)
        #expect(spec.inputs == [
            TensorSpec(name: "x", dataType: .float32, dims: [-1, 4]),
            TensorSpec(name: "y", dataType: .int64, dims: [], isOptional: true),
        ])
        #expect(spec.outputs == [TensorSpec(name: "p", reshape: [2], labelFile: "labels.txt")])
        #expect(spec.parameters == ["threshold": "0.5", "mode": "fast"])
        #expect(spec.versionPolicy == .latest(2))
        #expect(spec.labels == ["stable": 1])
        #expect(spec.batching.preferredRows == [4, 8])
        #expect(spec.batching.maxQueueDelayNanos == 100_000)
        #expect(spec.batching.preservesOrder)
        #expect(spec.batching.priorityLevels == 3)
        #expect(spec.batching.defaultPriority == 2)
        #expect(spec.batching.limits.maxQueuedTasks == 50)
        #expect(spec.batching.defaultQueuePolicy == QueuePolicy(
            timeoutAction: .delay, defaultTimeoutNanos: 1_000_000_000, allowsTimeoutOverride: false, maxQueueSize: 9))
        #expect(spec.batching.queuePolicies[1]?.defaultTimeoutNanos == 5_000_000)
        #expect(spec.rateLimit == RateLimitSpec(requestsPerSecond: 100, burst: 5))
        #expect(spec.routing.weights == [1: 0.9, 2: 0.1])
        #expect(spec.routing.isSticky)
        #expect(spec.routing.canary == CanarySpec(
            steps: [0.1, 1], stepNanos: 120_000_000_000, minRequests: 7, maxErrorShare: 0.2, maxLatencyFactor: 3))
        #expect(spec.routing.shadow == ShadowSpec(version: 3, share: 0.5))
        #expect(spec.sequence?.maxIdleNanos == 5_000_000_000)
        #expect(spec.sequence?.controls.map(\.kind) == [.start, .correlationID])
        #expect(spec.sequence?.states.first?.dims == [2, 128])
        #expect(spec.warmups.first?.inputs["x"]?.filling == .random)
        #expect(spec.ensemble?.members.first?.selector == .number(2))
    }

    @Test(arguments: [
        ("max_batchsize: 4\n", "credit/model.yaml:1: unknown key 'max_batchsize'; did you mean 'max_batch_size'?"),
        (
            "batching:\n  max_delay: 1ms\n  prefered_sizes: [1]\n",
            "credit/model.yaml:3: unknown key 'prefered_sizes' in 'batching'; did you mean 'preferred_sizes'?"
        ),
        ("\n\nmax_batch_size: many\n", "credit/model.yaml:3: 'max_batch_size' must be a whole number from 0 to 1048576, not 'many'"),
        ("max_batch_size: '4'\n", "credit/model.yaml:1: 'max_batch_size' must be a whole number from 0 to 1048576, not '4'"),
        ("slo: 20\n", "credit/model.yaml:1: 'slo' must be a duration with its unit, such as 20ms, 100us or 5s, not '20'"),
        ("cache: maybe\n", "credit/model.yaml:1: 'cache' must be true or false, not 'maybe'"),
        ("inputs: [{datatype: FP32}]\n", "credit/model.yaml:1: 'inputs[0]' needs a 'name'"),
        (
            "inputs: [{name: x, datatype: FP31}]\n",
            "credit/model.yaml:1: 'inputs[0].datatype' must be a data type such as FP32, INT64 or BYTES, not 'FP31'"
        ),
        ("versions: some\n", "credit/model.yaml:1: 'versions' must be all, latest, {latest: N} or a list of version numbers, not 'some'"),
        ("batching: 4\n", "credit/model.yaml:1: 'batching' must be a map, not '4'"),
        ("- a\n", "credit/model.yaml:1: '' must be a map, not a list"),
        ("a: 1\na: 2\n", "credit/model.yaml:2: the key 'a' stands here twice"),
        ("a: [1\n", "credit/model.yaml:2: did not find expected ',' or ']'"),
        ("a: &x 1\nb: *x\n", "credit/model.yaml:1: anchors are not supported"),
        ("name: a\n---\nname: b\n", "credit/model.yaml:3: a second document begins; one is allowed"),
        ("batching: {queue: {timeout_action: throw}}\n", "credit/model.yaml:1: 'batching.queue.timeout_action' must be one of 'reject', 'delay', not 'throw'"),
        ("routing: {canary: {steps: [0.5, 0.1]}}\n", "credit/model.yaml:1: 'routing.canary.steps' must rise"),
        ("routing: {weights: {1: 0}}\n", "credit/model.yaml:1: 'routing.weights' gives no version a share"),
        ("zzzzzz: 1\n", nil),
    ] as [(String, String?)]) func `a fault names file, line, and what was expected`(text: String, message: String?) {
        let found = Self.fault(text)
        if let message { #expect(found == message) } else { #expect(found?.contains("unknown key 'zzzzzz'; known keys are backend, batching") == true) }
    }

    @Test func `nesting has an end`() {
        let deep = "a: " + String(repeating: "[", count: 100) + String(repeating: "]", count: 100)
        #expect(Self.fault(deep) == "credit/model.yaml:1: nested deeper than 64")
    }

    @Test(arguments: 0..<200) func `random bytes never trap`(seed: UInt64) {
        var random = SeededGenerator(seed: seed + 1)
        let alphabet = Array("abc:-[]{},'\"#&*!|>%@`\n\t 0123\u{0}\u{ff}name".utf8)
        let bytes = (0..<Int.random(in: 0...200, using: &random)).map { _ in alphabet.randomElement(using: &random)! }
        _ = try? ModelYaml().read(bytes, path: "x", model: "x")
    }

    @Test(arguments: [
        ("20ms", 20_000_000), ("1.5s", 1_500_000_000), ("100us", 100_000), ("100µs", 100_000), ("3 ns", 3), ("2m", 120_000_000_000),
        ("1h", 3_600_000_000_000), ("0", 0),
    ] as [(String, Int64)]) func `durations have units`(text: String, nanos: Int64) throws {
        #expect(try Self.read("slo: \(text)\n").objectiveNanos == nanos)
    }

    @Test(arguments: ["ms", "-5ms", "5", "5 parsecs", "infs", "nanms", "1e300h"]) func `what is no duration is refused`(text: String) {
        #expect(Self.fault("slo: \(text)\n") != nil)
    }
}
