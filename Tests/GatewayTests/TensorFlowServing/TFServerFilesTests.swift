import Batching
import Gateway
import Serving
import Testing

@Suite struct `files of TensorFlow Serving` {
    private func files(models: String? = nil, batching: String? = nil, monitoring: String? = nil) throws(GatewayError) -> TFServerFiles {
        var settings = GatewayConfiguration()
        let written = [models, batching, monitoring].map { $0.map { TextFile($0) } }
        settings.tensorFlowServing.modelConfigPath = written[0]?.path
        settings.tensorFlowServing.batchingParametersPath = written[1]?.path
        settings.tensorFlowServing.monitoringConfigPath = written[2]?.path
        return try withExtendedLifetime(written) { () throws(GatewayError) in try TFServerFiles(settings) }
    }

    @Test func `list models with their versions and labels`() throws {
        let files = try files(
            models: """
                model_config_list {
                  config { name: 'a' base_path: '/models/a' model_platform: "tensorflow"
                           model_version_policy { specific { versions: 42 versions: 43 } }
                           version_labels { key: 'stable' value: 42 } }
                  config: { name: "b", base_path: "/models/b" model_version_policy: { all: {} } }
                  config { name: "c" base_path: "/c" }
                }
                """)
        #expect(files.folders == ["a": "/models/a", "b": "/models/b", "c": "/c"])
        var spec = ModelSpec(name: "a")
        files.amend(&spec)
        #expect(spec.versionPolicy == .specific([42, 43]))
        #expect(spec.labels == ["stable": 42])
        spec = ModelSpec(name: "b")
        files.amend(&spec)
        #expect(spec.versionPolicy == .all)
        spec = ModelSpec(name: "c")
        files.amend(&spec)
        #expect(spec == ModelSpec(name: "c"))
    }

    @Test func `say how requests are put together, unless the model says it`() throws {
        let files = try files(
            batching: "max_batch_size { value: 32 } batch_timeout_micros { value: 500 } max_enqueued_batches { value: 10 }\n"
                + "num_batch_threads { value: 3 } allowed_batch_sizes: [8, 32]")
        #expect(files.maxRows == 32)
        #expect(files.threads == 3)
        var spec = ModelSpec(name: "m")
        files.amend(&spec)
        #expect(spec.batching.preferredRows == [8, 32])
        #expect(spec.batching.maxQueueDelayNanos == 500_000)
        #expect(spec.batching.defaultQueuePolicy.maxQueueSize == 320)
        var own = ModelSpec(name: "m")
        own.batching.isExplicit = true
        let before = own
        files.amend(&own)
        #expect(own == before)
    }

    @Test func `say where metrics are`() throws {
        #expect(try files(monitoring: "prometheus_config { enable: true, path: '/a/b' }").metricsPath == ["a", "b"])
        #expect(try files(monitoring: "prometheus_config { enable: false, path: '/a/b' }").metricsPath == nil)
        #expect(try files(monitoring: "").metricsPath == nil)
    }

    @Test(arguments: [
        ("model_config_list { config { base_path: '/a' } }", "has no name"), ("model_config_list { config { name: 'a' } }", "no base_path"),
        ("model_config_list { config { name: 'a' base_path: '/a' } config { name: 'a' base_path: '/b' } }", "more than once"),
        ("custom_model_config {}", "a model_config_list is expected"), ("", "a model_config_list is expected"),
        ("model_config_list { confg { } }", "did you mean 'config'"),
        ("model_config_list { config { name: 'a' base_path: '/a' model_version_policy { specific {} } } }", "names no version"),
    ]) func `that are wrong say so`(_ text: String, _ fault: String) {
        let error = #expect(throws: GatewayError.self) { try files(models: text) }
        #expect(error?.description.contains(fault) == true, "\(error?.description ?? "")")
    }

    @Test(arguments: [
        "max_batch_size { value: 0 }", "allowed_batch_sizes: 8 allowed_batch_sizes: 4", "max_batch_size { value: 16 } allowed_batch_sizes: 8",
        "num_batch_threads { value: -1 }", "batch_timeout_micros { value: 99999999999 }",
    ]) func `that ask for what cannot be are refused`(_ text: String) {
        #expect(throws: GatewayError.self) { try files(batching: text) }
    }
}
