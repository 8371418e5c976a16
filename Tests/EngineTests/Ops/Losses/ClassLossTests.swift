import Engine
import Tensors
import Testing

@Suite struct ClassLossTests {
    private let logarithms = Tensor.floats([-1, -2, -3, -4, -5, -6], [2, 3])
    private let labels = Tensor.int64s([0, 2], [2])

    @Test func `losses are given one by one, added up or averaged`() throws {
        func loss(_ reduction: String, _ more: [ProtoWriter] = [], weights: Tensor? = nil) throws -> [Float] {
            try OneNode.run(
                "NegativeLogLikelihoodLoss", [logarithms, labels] + (weights.map { [$0] } ?? []),
                [ONNX.string("reduction", reduction)] + more)[0].floats
        }
        #expect(try loss("none") == [1, 6])
        #expect(try loss("sum") == [7])
        #expect(try loss("mean") == [3.5])
        #expect(try loss("mean", weights: .floats([1, 1, 3], [3])) == [19.0 / 4])
        #expect(try loss("mean", [ONNX.int("ignore_index", 2)]) == [1])
        #expect(throws: EngineError.self) { try loss("median") }
    }

    @Test func `scores are normalised first`() throws {
        let outputs = try OneNode.run(
            "SoftmaxCrossEntropyLoss", [.floats([1, 1, 1000, 1000], [2, 2]), .int64s([0, 1], [2])], outputs: 2)
        #expect(abs(outputs[0].floats[0] - 0.693_147_2) < 1e-6)
        #expect(outputs[1].floats.allSatisfy { abs($0 + 0.693_147_2) < 1e-6 })
    }

    @Test func `a label outside the classes is the request's fault`() throws {
        for label in [Int64(3), -1, .max] {
            let error = #expect(throws: EngineError.self) {
                try OneNode.run("NegativeLogLikelihoodLoss", [logarithms, .int64s([0, label], [2])])
            }
            #expect(error?.code == .invalidInput)
        }
        #expect(throws: EngineError.self) { try OneNode.run("NegativeLogLikelihoodLoss", [logarithms, .int64s([0], [1])]) }
    }
}
