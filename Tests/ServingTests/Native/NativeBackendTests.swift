import Serving
import Tensors
import Testing

@Suite struct `native models` {
    private let layers = #"{"format": "martlet.layers/1", "layers": [{"weights": [[2, 3]], "bias": [1]}]}"#

    private func core(_ folder: TemporaryFolder) -> ServingCore {
        let core = ServingCore(
            ServingCore.Configuration(sources: [FolderSource(path: folder.path)]),
            backends: BackendRegistry([OnnxBackend(), NativeBackend()]))
        core.start()
        core.waitForStartup()
        return core
    }

    @Test func `a document of layers is ready to serve and takes rows of several requests`() {
        let folder = TemporaryFolder()
        folder.write(layers, to: "m/1/model.json")
        let core = core(folder)
        defer { core.stop() }
        #expect(core.index().first?.state == .ready)
        let version = core.liveVersions.first
        #expect(version?.platform == "native")
        #expect(version?.signature.inputs.map(\.name) == ["features"])
        #expect(version?.signature.inputs.first?.dims == [-1, 2])
        let collector = Collector()
        for _ in 0..<3 {
            let request = InferenceRequest()
            request.model = Name("m")
            request.inputs = [InputTensor(name: Name("features"), Tensor([Float(1), 2], dataType: .float32, shape: Shape([1, 2])))]
            request.sink = collector
            core.submit(request)
        }
        #expect(collector.wait(for: 3))
        #expect(version?.statistics.snapshot.success.count == 3)
    }

    @Test func `a document of nobody's says so`() {
        let folder = TemporaryFolder()
        folder.write("{\"a\": 1}", to: "m/1/model.json")
        let core = core(folder)
        defer { core.stop() }
        #expect(core.index().first?.state == .unavailable)
        #expect(core.index().first?.reason.contains("/m/1/model.json: ") == true)
    }
}
