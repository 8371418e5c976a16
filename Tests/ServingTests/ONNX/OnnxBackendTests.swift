import Glibc
import Serving
import Tensors
import Testing

/// The example models of the repository, through the whole core.
@Suite struct `ONNX models` {
    static var examples: String {
        var parts = #filePath.split(separator: "/").map(String.init)
        parts.removeLast(4)
        return "/" + parts.joined(separator: "/") + "/examples/models"
    }

    @Test func `the examples load, answer their golden requests and serve`() {
        var configuration = ServingCore.Configuration(sources: [FolderSource(path: Self.examples)])
        configuration.lanes = 2
        let core = ServingCore(configuration, backends: BackendRegistry([OnnxBackend()]), readers: [ModelYaml()])
        core.start()
        core.waitForStartup()
        defer { core.stop() }
        for entry in core.index() { #expect(entry.state == .ready, "\(entry)") }
        #expect(core.liveVersions.count >= 3)
        for version in core.liveVersions {
            #expect(version.goldenCount > 0)
            #expect(version.platform == (version.spec.ensemble == nil ? "onnxruntime_onnx" : "ensemble"))
            // An ensemble's golden requests went through its members.
            let before = version.statistics.snapshot.success.count
            let collector = Collector()
            for rows in [1, 2, 5, 1, 3] {
                let request = InferenceRequest()
                request.model = Name(version.model)
                request.inputs = version.signature.inputs.map { input in
                    let dims = (input.dims ?? []).enumerated().map { $1 < 0 ? ($0 == 0 ? rows : 1) : $1 }
                    return InputTensor(
                        name: Name(input.name),
                        Tensor([Float](repeating: 0.5, count: dims.reduce(1, *)), dataType: .float32, shape: Shape(dims)))
                }
                request.sink = collector
                core.submit(request)
            }
            #expect(collector.wait(for: 5))
            let statistics = version.statistics.snapshot
            #expect(statistics.success.count == before + 5, "\(version.identity)")
        }
    }

    @Test func `a file that is no model says so`() {
        let folder = TemporaryFolder()
        folder.write("not an onnx file", to: "m/1/model.onnx")
        let core = ServingCore(ServingCore.Configuration(sources: [FolderSource(path: folder.path)]), backends: BackendRegistry([OnnxBackend()]))
        core.start()
        core.waitForStartup()
        defer { core.stop() }
        #expect(core.index().first?.state == .unavailable)
        #expect(core.index().first?.reason.contains("/m/1/model.onnx: ") == true)
    }
}
