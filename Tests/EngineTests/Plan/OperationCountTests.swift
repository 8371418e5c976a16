import Engine
import Tensors
import Testing

@Suite struct OperationCountTests {
    private func count(
        _ node: ProtoWriter, _ initializers: [ProtoWriter], input: [String], _ values: Tensor
    ) throws -> Int {
        let graph = ONNX.graph(
            [node], inputs: [ONNX.value("x", 1, input)], outputs: [ONNX.value("y", 1, nil)], initializers: initializers)
        return try Model.load(bytes: ONNX.model(graph)).operationCount(for: [.tensor(values)])
    }

    @Test func `a matrix product takes two operations for each pair of elements`() throws {
        let weights = ONNX.floats("w", [4, 3], [Float](repeating: 1, count: 12))
        #expect(try count(ONNX.node("MatMul", ["x", "w"], ["y"]), [weights], input: ["n", "4"], .counting([5, 4])) == 2 * 5 * 4 * 3)
        #expect(try count(ONNX.node("Gemm", ["x", "w"], ["y"]), [weights], input: ["n", "4"], .counting([5, 4])) == 2 * 5 * 4 * 3)
    }

    @Test func `a convolution multiplies a filter for each element of its output`() throws {
        let weights = ONNX.floats("w", [2, 3, 2, 2], [Float](repeating: 1, count: 24))
        #expect(
            try count(ONNX.node("Conv", ["x", "w"], ["y"]), [weights], input: ["1", "3", "5", "5"], .counting([1, 3, 5, 5]))
                == 2 * (2 * 4 * 4) * (3 * 2 * 2))
    }

    @Test func `other operators take one for each element, and moving elements none`() throws {
        #expect(try count(ONNX.node("Neg", ["x"], ["y"]), [], input: ["n", "4"], .counting([5, 4])) == 20)
        #expect(try count(ONNX.node("Transpose", ["x"], ["y"]), [], input: ["n", "4"], .counting([5, 4])) == 0)
    }

    @Test func `a summary tells the file's nodes from those that run`() throws {
        let weights = ONNX.floats("w", [3, 2], [1, -2, 3, -4, 5, -6])
        let graph = ONNX.graph(
            [ONNX.node("Gemm", ["x", "w"], ["c"]), ONNX.node("Relu", ["c"], ["y"])],
            inputs: [ONNX.value("x", 1, ["n", "3"])], outputs: [ONNX.value("y", 1, nil)], initializers: [weights])
        let summary = try Model.load(bytes: ONNX.model(graph)).planSummary
        #expect(summary.declaredOperators == ["Gemm": 1, "Relu": 1])
        #expect(summary.operators == ["com.microsoft::FusedGemm": 1])
        #expect(summary.parameterCount == 6)
    }

    @Test func `the memory plan counts values that share their place`() throws {
        let nodes = (0..<4).map { index in
            ONNX.node(
                "Transpose", [index == 0 ? "x" : "v\(index)"], [index == 3 ? "y" : "v\(index + 1)"], [ONNX.ints("perm", [1, 0])])
        }
        let graph = ONNX.graph(nodes, inputs: [ONNX.value("x", 1, ["n", "4"])], outputs: [ONNX.value("y", 1, nil)])
        let plan = try Model.load(bytes: ONNX.model(graph)).memoryPlan(for: [.tensor(.counting([100, 4]))])
        #expect(plan.valueCount == 3)
        #expect(plan.valueBytes == 3 * 1600)
        #expect(plan.arenaBytes == 2 * 1600)
        #expect(plan.largest?.byteCount == 1600)
        #expect(plan.unplannedCount == 0)
    }
}
