import Engine
import Tensors
import Testing

@Suite struct OptimizerStepTests {
    private let domain = "ai.onnx.preview.training"
    private let start: [Tensor?] = [.scalar(0.1), .int64s([1], .scalar)]

    @Test func `momentum carries on`() throws {
        let attributes = [
            ONNX.float("alpha", 0.5), ONNX.float("beta", 1), ONNX.float("norm_coefficient", 0), ONNX.string("mode", "standard"),
        ]
        let outputs = try OneNode.run(
            "Momentum", domain: domain, start + [.floats([1], [1]), .floats([2], [1]), .floats([4], [1])], outputs: 2, attributes)
        #expect(outputs[0].floats == [0.6] && outputs[1].floats == [4])
    }

    @Test func `several variables are moved at once`() throws {
        let tensors: [Tensor?] = [
            .floats([1], [1]), .floats([2, 3], [2]), .floats([1], [1]), .floats([1, 1], [2]), .floats([0], [1]), .floats([0, 0], [2]),
        ]
        let outputs = try OneNode.run("Adagrad", domain: domain, start + tensors, outputs: 4, [ONNX.float("epsilon", 0)])
        #expect(outputs[0].floats == [0.9] && outputs[1].floats == [1.9, 2.9] && outputs[3].floats == [1, 1])
    }

    @Test func `a number of inputs that does not divide is refused`() throws {
        #expect(throws: EngineError.self) { try OneNode.run("Adam", domain: domain, start + [.floats([1], [1])]) }
    }
}
