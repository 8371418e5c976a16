import Engine
import Tensors
import Testing

@Suite struct BatchAnalysisTests {
    private func verdict(
        _ nodes: [ProtoWriter], dims: [String] = ["n", "4"], initializers: [ProtoWriter] = []
    ) throws -> Batchability {
        let graph = ONNX.graph(
            nodes, inputs: [ONNX.value("x", 1, dims)], outputs: [ONNX.value("y", 1, nil)], initializers: initializers)
        return try Model.load(bytes: ONNX.model(graph)).batchability
    }

    @Test func `what keeps rows apart may be batched`() throws {
        #expect(try verdict([ONNX.node("Neg", ["x"], ["a"]), ONNX.node("Add", ["a", "k"], ["y"])],
            initializers: [ONNX.floats("k", [4], [1, 2, 3, 4])]) == .batchable)
        #expect(try verdict([ONNX.node("MatMul", ["x", "w"], ["y"])],
            initializers: [ONNX.floats("w", [4, 2], [Float](repeating: 1, count: 8))]) == .batchable)
    }

    @Test func `a fixed leading dimension is the reason`() throws {
        guard case .separate(nil, let reason) = try verdict([ONNX.node("Neg", ["x"], ["y"])], dims: ["1", "4"]) else {
            Issue.record("it was taken for batchable")
            return
        }
        #expect(reason.contains("'x'") && reason.contains("fixed to 1"))
    }

    @Test func `a reduction over the batch axis names its node`() throws {
        let node = ONNX.node("ReduceSum", ["x", "axes"], ["s"], name: "total", [ONNX.int("keepdims", 1)])
        let verdict = try verdict(
            [node, ONNX.node("Add", ["x", "s"], ["y"])], initializers: [ONNX.int64s("axes", [1], [0])])
        guard case .separate(let place?, _) = verdict else {
            Issue.record("\(verdict)")
            return
        }
        #expect(place.contains("'total'"))
    }

    @Test func `rows folded into one axis and back are still rows`() throws {
        let nodes = [
            ONNX.node("Reshape", ["x", "flat"], ["f"]), ONNX.node("MatMul", ["f", "w"], ["m"]),
            ONNX.node("Shape", ["x"], ["s"]), ONNX.node("Gather", ["s", "zero"], ["n"]),
            ONNX.node("Concat", ["n", "rest"], ["target"], [ONNX.int("axis", 0)]), ONNX.node("Reshape", ["m", "target"], ["y"]),
        ]
        let constants = [
            ONNX.int64s("flat", [2], [-1, 4]), ONNX.floats("w", [4, 2], [Float](repeating: 1, count: 8)),
            ONNX.int64s("zero", [1], [0]), ONNX.int64s("rest", [2], [3, 2]),
        ]
        #expect(try verdict(nodes, dims: ["n", "3", "4"], initializers: constants) == .batchable)
    }

    @Test func `a state made in the size of the batch is harmless, its size as a number is not`() throws {
        let size = [ONNX.node("Shape", ["x"], ["s"])]
        #expect(try verdict(size + [ONNX.node("ConstantOfShape", ["s"], ["z"]), ONNX.node("Add", ["x", "z"], ["y"])]) == .batchable)
        let counted = try verdict(
            size + [ONNX.node("Cast", ["s"], ["f"], [ONNX.int("to", 1)]), ONNX.node("Gather", ["f", "zero"], ["n"]), ONNX.node("Div", ["x", "n"], ["y"])],
            initializers: [ONNX.int64s("zero", [1], [0])])
        guard case .separate(_, let reason) = counted else {
            Issue.record("it was taken for batchable")
            return
        }
        #expect(reason.contains("size of the batch"))
    }

    @Test func `rows that leave the first axis may not be batched`() throws {
        let verdict = try verdict([ONNX.node("Transpose", ["x"], ["y"], [ONNX.ints("perm", [1, 0])])])
        guard case .separate(nil, let reason) = verdict else {
            Issue.record("\(verdict)")
            return
        }
        #expect(reason.contains("axis 1"))
    }
}
