import Serving
import Tensors
import Testing

@Suite struct `shapes that differ from the model's own` {
    @Test func `callers use the declared shape, in and out`() {
        let harness = Harness(["m/1/model.test": "width 4\nend\n"], mode: .explicit)
        var spec = ModelSpec(name: "m")
        spec.maxBatchRows = 8
        spec.inputs = [TensorSpec(name: "x", dims: [2, 2], reshape: [4])]
        spec.outputs = [TensorSpec(name: "y", dims: [1, 2, -1], reshape: [-1])]
        #expect(harness.load("m", override: spec)?.message.contains("differ in elements") == true)
        spec.outputs = [TensorSpec(name: "y", dims: [1, 4], reshape: [4])]
        #expect(harness.load("m", override: spec) == nil)
        let version = harness.core.versions(of: "m")[0]
        #expect(version.signature.inputs[0].dims == [-1, 2, 2])
        #expect(version.signature.outputs[0].dims == [-1, 1, 4])
        let collector = Collector()
        let x = Tensor([1, 2, 3, 4, 5, 6, 7, 8] as [Float], dataType: .float32, shape: [2, 2, 2])
        let request = InferenceRequest(model: "m", inputs: [("x", x)], sink: collector)
        harness.core.submit(request)
        #expect(collector.wait(for: 1))
        #expect(request.error == nil)
        #expect(request.outputs.first?.dims == [2, 1, 4])
        #expect(request.floats() == [3, 5, 7, 9, 11, 13, 15, 17])
        #expect(harness.ask("m", rows: [[1, 2, 3, 4]]).error?.code == .invalidArgument)
    }

    @Test func `an open extent is taken over`() {
        let harness = Harness(["m/1/model.test": "width open\nend\n"], mode: .explicit)
        var spec = ModelSpec(name: "m")
        spec.maxBatchRows = 8
        spec.inputs = [TensorSpec(name: "x", dims: [-1, 1], reshape: [-1])]
        #expect(harness.load("m", override: spec) == nil)
        let collector = Collector()
        let request = InferenceRequest(
            model: "m", inputs: [("x", Tensor([1, 2, 3] as [Float], dataType: .float32, shape: [1, 3, 1]))], sink: collector)
        harness.core.submit(request)
        #expect(collector.wait(for: 1))
        #expect(request.floats() == [3, 5, 7])
        #expect(request.outputs.first?.dims == [1, 3])
    }
}
