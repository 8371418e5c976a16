import Messages
import Testing

@Suite struct TextFormatTests {
    @Test(arguments: configFixtures.indices) func `a configuration is read as Python reads it`(row: Int) throws {
        let fixture = configFixtures[row]
        let config = try ModelConfig(text: fixture.text)
        // Compared as messages: Python writes the entries of maps in an order of its own.
        #expect(try config == ModelConfig(decoding: bytes(fixture.bytes)), "\(fixture.name)")
    }

    @Test(arguments: configFixtures.indices) func `what is printed is read back the same`(row: Int) throws {
        let config = try ModelConfig(text: configFixtures[row].text)
        #expect(try ModelConfig(text: config.text()) == config)
    }

    @Test(arguments: messageFixtures.indices) func `every message goes through text and back`(row: Int) throws {
        let fixture = messageFixtures[row]
        func check<M: Message>(_ type: M.Type) throws {
            let message = try M(decoding: bytes(fixture.bytes))
            #expect(try M(text: message.text()) == message, "\(type)")
        }
        try check(fixture.type)
    }

    @Test func `the printed form is the one of config files`() throws {
        var config = ModelConfig()
        config.name = "a \"b\""
        config.maxBatchSize = 8
        config.input = [ModelConfig.Input()]
        config.input[0].name = "x"
        config.input[0].dataType = .fp32
        config.input[0].dims = [3, -1]
        config.scheduling = .dynamicBatching(ModelConfig.DynamicBatching())
        config.parameters = ["k": ModelConfig.Parameter(stringValue: "v")]
        config.metricTags = ["t": ""]
        #expect(
            try config.text() == """
                name: "a \\"b\\""
                max_batch_size: 8
                input {
                  name: "x"
                  data_type: TYPE_FP32
                  dims: [ 3, -1 ]
                }
                metric_tags {
                  key: "t"
                  value: ""
                }
                dynamic_batching {
                }
                parameters {
                  key: "k"
                  value {
                    string_value: "v"
                  }
                }

                """)
    }

    @Test(arguments: [
        (
            "max_batchsize: 4", MessageError.Code.unknownName, "1:1",
            "inference.ModelConfig has no field 'max_batchsize'; did you mean 'max_batch_size'?"
        ),
        (
            "name: \"a\"\ninput {\n  data_tpye: TYPE_FP32 }", .unknownName, "3:3",
            "inference.ModelInput has no field 'data_tpye'; did you mean 'data_type'?"
        ),
        ("input { data_type: TYPE_FP33 }", .unknownName, "1:20", "inference.DataType has no value 'TYPE_FP33'; did you mean 'TYPE_FP32'?"),
        ("zzz: 1", .unknownName, "1:1", "inference.ModelConfig has no field 'zzz'"),
        ("name: \"a\" name: \"b\"", .inconsistent, "1:11", "field 'name' is given twice"),
        (
            "dynamic_batching {}\nensemble_scheduling {}", .inconsistent, "2:1",
            "field 'ensemble_scheduling' excludes field 'dynamic_batching', which is given as well"
        ),
        (
            "max_batch_size: 2147483648", .outOfRange, "1:17",
            "'2147483648' does not fit 'max_batch_size', which goes from -2147483648 to 2147483647"
        ),
        (
            "version_policy { latest { num_versions: -1 } }", .outOfRange, "1:42",
            "'-1' does not fit 'num_versions', which goes from 0 to 4294967295"
        ),
        ("max_batch_size: 1.5", .syntax, "1:17", "expected a whole number for 'max_batch_size', found '1.5'"),
        ("max_batch_size: \"4\"", .syntax, "1:17", "expected a whole number for 'max_batch_size', found a string"),
        ("name: a", .syntax, "1:7", "expected a string for 'name', found 'a'"),
        ("input { name \"x\" }", .syntax, "1:14", "expected ':', found a string"),
        ("input [ { name: \"x\" } ", .syntax, "1:23", "expected ',' or ']', found the end of the text"),
        ("input {", .syntax, "1:8", "expected '}', found the end of the text"),
        ("parameters: 3", .syntax, "1:13", "expected '{', found '3'"),
        ("name: \"abc", .syntax, "1:7", "a string has no end"),
        ("name: \"a\nb\"", .syntax, "1:7", "a string goes on past the end of its line"),
        ("name: \"\\q\"", .syntax, "1:7", "a string has an unknown escape \\q"),
        ("name: \"\\377\"", .invalidText, "1:7", "'name' is not UTF-8"),
        ("name: \"\\0\"", .invalidText, "1:7", "'name' holds a zero byte"),
        ("optimization { eager_batching: maybe }", .syntax, "1:32", "expected true or false for 'eager_batching', found 'maybe'"),
        ("}", .syntax, "1:1", "expected a field name, found '}'"),
    ])
    func `a mistake is named with its place`(text: String, code: MessageError.Code, place: String, message: String) {
        let error = #expect(throws: MessageError.self) { try ModelConfig(text: text) }
        #expect(error?.code == code)
        #expect(error?.message == message)
        #expect(error?.description == "\(place): \(message)")
    }

    @Test(arguments: [
        "max_batch_size: 09", "max_batch_size: 0x", "max_batch_size: --1", "input: [ {}, ]", "name: [\"a\"]", "name: \"\\ud800\"",
        "input { dims: 1.0 }", "input { dims: [1 2] }", "name \"x\"", "max_batch_size: 4 name", "[x]: 3",
        "max_batch_size: 99999999999999999999", "name: \"\\x\"", "name: \"\\u12\"",
        "model_metrics { metric_control { histogram_options { buckets: 1.2.3 } } }",
    ])
    func `what Python refuses is refused`(text: String) {
        #expect(throws: MessageError.self) { try ModelConfig(text: text) }
    }

    @Test func `messages nested too deeply are refused`() {
        var limits = DecodingLimits()
        limits.nestingDepth = 2
        let error = #expect(throws: MessageError.self) { try ModelConfig(text: "input { reshape {} }", limits: limits) }
        #expect(error?.code == .tooDeep)
    }

    @Test func `places lead from a field to its line`() throws {
        let text = "name: \"a\"\ninput [\n  { name: \"x\" dims: [ 1,\n 2 ] },\n  { name: \"y\" }\n]\n"
        let places = try text.utf8.withContiguousStorageIfAvailable {
            try ModelConfig.read(text: UnsafeRawBufferPointer($0), limits: DecodingLimits()).places
        }
        #expect(places?["name"] == .text(line: 1, column: 1))
        #expect(places?["input[1]"] == .text(line: 2, column: 1))
        #expect(places?["input[1].name"] == .text(line: 5, column: 5))
        #expect(places?["output"] == nil)
    }

    @Test func `random damage to configurations never traps`() {
        var random = SplitMix(seed: 3)
        for fixture in configFixtures {
            for _ in 0..<300 {
                var damaged = Array(fixture.text.utf8)
                random.damage(&damaged)
                damaged.withUnsafeBytes { fuzzModelConfigText($0) }
            }
            for count in 0..<fixture.text.utf8.count where count % 3 == 0 {
                Array(fixture.text.utf8.prefix(count)).withUnsafeBytes { fuzzModelConfigText($0) }
            }
        }
    }
}

@Suite struct ServingTextFormatTests {
    @Test func `the batching parameters of TensorFlow Serving are read`() throws {
        let parameters = try TFServing.BatchingParameters(
            text: """
                max_batch_size { value: 128 }
                batch_timeout_micros { value: 0 }
                num_batch_threads: { value: 8 }
                thread_pool_name { value: "batches" }
                allowed_batch_sizes: 1
                allowed_batch_sizes: 128
                """)
        #expect(parameters.maxBatchSize == Int64Value(value: 128))
        #expect(parameters.batchTimeoutMicros == Int64Value(value: 0))
        #expect(parameters.maxEnqueuedBatches == nil)
        #expect(parameters.threadPoolName?.value == "batches")
        #expect(parameters.allowedBatchSizes == [1, 128])
    }

    @Test func `the model list of TensorFlow Serving is read`() throws {
        let list = try TFServing.ModelServerConfig(
            text: """
                model_config_list {
                  config {
                    name: 'a'
                    base_path: '/models/a'
                    model_platform: 'tensorflow'
                    model_version_policy { specific { versions: 1 versions: 2 } }
                    version_labels { key: 'stable' value: 1 }
                    logging_config { sampling_config { sampling_rate: 0.5 } }
                  }
                  config { name: 'b' base_path: '/models/b' model_version_policy { all {} } }
                }
                """)
        guard case .modelConfigList(let models) = list.config else {
            Issue.record("no list")
            return
        }
        #expect(models.config.map(\.name) == ["a", "b"])
        #expect(models.config[0].versionLabels == ["stable": 1])
        #expect(models.config[0].modelVersionPolicy?.choice == .specific(TFServing.VersionPolicy.Specific(versions: [1, 2])))
        #expect(models.config[1].modelVersionPolicy?.choice == .all(TFServing.VersionPolicy.All()))
    }
}
