import Gateway
import Serving
import Tensors
import Testing

@Suite struct `config.pbtxt` {
    static func read(_ text: String) throws(ServingError) -> ModelSpec {
        try ConfigPbtxt().read(Array(text.utf8), path: "/models/m/config.pbtxt", model: "m")
    }

    static func fault(_ text: String) -> String? {
        do throws(ServingError) {
            _ = try read(text)
            return nil
        } catch { return error.message }
    }

    @Test func `an empty file is no configuration`() throws {
        #expect(try Self.read("") == ModelSpec(name: "m"))
    }

    @Test func `all that we know is taken over`() throws {
        let spec = try Self.read(
            """
            name: "m"  # a comment
            platform: "onnxruntime_onnx"
            max_batch_size: 8
            input [
              { name: "x" data_type: TYPE_FP32 dims: [ 3, -1 ] reshape { shape: [ -1, 3 ] } optional: true },
              { name: "s" data_type: TYPE_STRING dims: 1 }
            ]
            output { name: "y" data_type: TYPE_INT64 dims: [ 1 ] label_filename: "labels.txt" }
            version_policy: { specific: { versions: [1, 3] } }
            instance_group [ { count: 2 kind: KIND_CPU }, { kind: KIND_CPU } ]
            dynamic_batching {
              preferred_batch_size: [ 4, 8 ]
              max_queue_delay_microseconds: 100
              preserve_ordering: true
              priority_levels: 2
              default_priority_level: 2
              default_queue_policy { timeout_action: DELAY default_timeout_microseconds: 500 max_queue_size: 10 }
              priority_queue_policy { key: 1 value { allow_timeout_override: true } }
            }
            parameters { key: "a" value { string_value: "b" } }
            model_warmup [ { name: "w" batch_size: 4 inputs { key: "x" value { data_type: TYPE_FP32 dims: [3, 2] random_data: true } } } ]
            response_cache { enable: true }
            model_transaction_policy { decoupled: true }
            optimization { priority: PRIORITY_MAX }
            """)
        #expect(spec.platform == "onnxruntime_onnx")
        #expect(spec.maxBatchRows == 8)
        #expect(spec.inputs == [
            TensorSpec(name: "x", dataType: .float32, dims: [3, -1], reshape: [-1, 3], isOptional: true),
            TensorSpec(name: "s", dataType: .string, dims: [1]),
        ])
        #expect(spec.outputs == [TensorSpec(name: "y", dataType: .int64, dims: [1], labelFile: "labels.txt")])
        #expect(spec.versionPolicy == .specific([1, 3]))
        #expect(spec.instances.count == 3)
        #expect(spec.batching.preferredRows == [4, 8])
        #expect(spec.batching.maxQueueDelayNanos == 100_000)
        #expect(spec.batching.preservesOrder)
        #expect(spec.batching.priorityLevels == 2)
        #expect(spec.batching.defaultPriority == 2)
        #expect(spec.batching.isExplicit)
        #expect(spec.parameters == ["a": "b"])
        #expect(spec.warmups.first?.inputs["x"]?.filling == .random)
        #expect(spec.warmups.first?.rows == 4)
        #expect(spec.responseCache)
        #expect(spec.isDecoupled)
        #expect(spec.priority == 1)
    }

    @Test func `shapes without a word about batches are whole`() throws {
        #expect(try Self.read("input { name: \"x\" dims: [4] }").maxBatchRows == 0)
        #expect(try Self.read("max_batch_size: 0").maxBatchRows == 0)
        #expect(try Self.read("name: \"m\"").maxBatchRows == nil)
    }

    @Test func `sequences are taken over`() throws {
        let sequence = try Self.read(
            """
            sequence_batching {
              max_sequence_idle_microseconds: 5000000
              oldest { max_candidate_sequences: 4 max_queue_delay_microseconds: 7 }
              control_input [
                { name: "START" control [ { kind: CONTROL_SEQUENCE_START fp32_false_true: [ 0, 1 ] } ] },
                { name: "ID" control [ { kind: CONTROL_SEQUENCE_CORRID data_type: TYPE_UINT64 } ] }
              ]
              state [ { input_name: "h" output_name: "hn" data_type: TYPE_FP32 dims: [ 2, 64 ] } ]
            }
            """
        ).sequence
        #expect(sequence?.maxIdleNanos == 5_000_000_000)
        #expect(sequence?.strategy == .oldest(maxCandidates: 4, preferredRows: [], maxQueueDelayNanos: 7000, preservesOrder: false))
        #expect(sequence?.controls == [
            .init(inputName: "START", kind: .start, dataType: .float32, falseTrue: [0, 1]),
            .init(inputName: "ID", kind: .correlationID, dataType: .uint64),
        ])
        #expect(sequence?.states == [.init(inputName: "h", outputName: "hn", dataType: .float32, dims: [2, 64])])
    }

    @Test(arguments: [
        ("max_batch_size: -1\n", "/models/m/config.pbtxt:1:"),
        ("\ndynamic_batching { preferred_batch_size: 0 }\n", "/models/m/config.pbtxt:2:"),
        ("max_batchsize: 4\n", "/models/m/config.pbtxt:1:"),
        ("max_batch_size: many\n", "/models/m/config.pbtxt:1:"),
        ("input {\n name: \"x\"\n dims: [ 0 ]\n}\n", "/models/m/config.pbtxt:3:"),
    ]) func `a fault names file and line`(text: String, start: String) {
        #expect(Self.fault(text)?.hasPrefix(start) == true, "\(Self.fault(text) ?? "no fault")")
    }
}

@Suite struct `a configuration as JSON` {
    @Test(arguments: [
        #"{"max_batch_size": 4, "version_policy": {"specific": {"versions": ["2", 3]}}, "parameters": {"a\"b": {"string_value": "c"}}, "input": [{"name": "x", "data_type": "TYPE_FP32", "dims": ["-1", 4]}]}"#,
        #"{"maxBatchSize": 4, "versionPolicy": {"specific": {"versions": [2, "3"]}}, "parameters": {"a\"b": {"stringValue": "c"}}, "input": [{"name": "x", "dataType": "TYPE_FP32", "dims": [-1, "4"]}]}"#,
    ]) func `is read in either case style`(json: String) throws {
        let spec = try ConfigJSON.spec(json, model: "m")
        #expect(spec.name == "m")
        #expect(spec.maxBatchRows == 4)
        #expect(spec.versionPolicy == .specific([2, 3]))
        #expect(spec.parameters == ["a\"b": "c"])
        #expect(spec.inputs == [TensorSpec(name: "x", dataType: .float32, dims: [-1, 4])])
    }

    @Test(arguments: ["", "[]", "{", #"{"no_such_field": 1}"#, #"{"name\" x": 1}"#, #"{"max_batch_size": "many"}"#])
    func `that is none is refused`(json: String) {
        #expect(throws: ServingError.self) { try ConfigJSON.spec(json, model: "m") }
    }
}
