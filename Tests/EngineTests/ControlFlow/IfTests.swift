import Engine
import Tensors
import Testing

@Suite struct IfTests {
    private func branch(_ operatorName: String, _ inputs: [String], _ attributes: [ProtoWriter] = []) -> ProtoWriter {
        ONNX.graph([ONNX.node(operatorName, inputs, ["b"], attributes)], outputs: [ONNX.value("b", 1, nil)])
    }

    private func model(_ then: ProtoWriter, _ otherwise: ProtoWriter, options: LoadOptions = LoadOptions()) throws -> Model {
        let graph = ONNX.graph(
            [
                ONNX.node("Transpose", ["x"], ["t"], [ONNX.ints("perm", [1, 0])]),
                ONNX.node("If", ["c"], ["m"], [ONNX.graph("then_branch", then), ONNX.graph("else_branch", otherwise)]),
                ONNX.node("Transpose", ["m"], ["y"], [ONNX.ints("perm", [1, 0])]),
            ],
            inputs: [ONNX.value("c", 9, []), ONNX.value("x", 1, ["n", "k"])], outputs: [ONNX.value("y", 1, nil)])
        return try Model.load(bytes: ONNX.model(graph), options: options)
    }

    @Test(arguments: [true, false]) func `the branch that the condition says is run`(optimise: Bool) throws {
        var options = LoadOptions()
        options.optimise = optimise
        let model = try model(
            branch("Identity", ["t"]), branch("Concat", ["t", "t"], [ONNX.int("axis", 0)]), options: options)
        for _ in 0..<2 {
            let then = try #require(try model.run([.bool(true), .counting([2, 3])])[0].tensor)
            #expect(then.shape == [2, 3])
            #expect(then.floats == [0, 1, 2, 3, 4, 5])
            let otherwise = try #require(try model.run([.bool(false), .counting([2, 3])])[0].tensor)
            #expect(otherwise.shape == [2, 6])
            #expect(otherwise.floats == [0, 1, 2, 0, 1, 2, 3, 4, 5, 3, 4, 5])
        }
    }

    @Test func `branches of one shape keep what follows planned`() throws {
        let model = try model(branch("Identity", ["t"]), branch("Transpose", ["x"], [ONNX.ints("perm", [1, 0])]))
        let shapes = try model.outputShapes(for: [.tensor(.bool(true)), .tensor(.counting([2, 3]))])
        #expect(shapes == [[2, 3]])
        #expect(try model.run([.bool(true), .counting([2, 3])])[0].tensor?.floats == [0, 1, 2, 3, 4, 5])
    }

    @Test func `a condition of several elements is refused`() throws {
        let graph = ONNX.graph(
            [ONNX.node("If", ["c"], ["y"], [ONNX.graph("then_branch", branch("Identity", ["x"])), ONNX.graph("else_branch", branch("Identity", ["x"]))])],
            inputs: [ONNX.value("c", 9, ["?"]), ONNX.value("x", 1, ["n"])], outputs: [ONNX.value("y", 1, nil)])
        let model = try Model.load(bytes: ONNX.model(graph))
        let error = #expect(throws: EngineError.self) {
            try model.run([Tensor([UInt8(1), 0], dataType: .bool, shape: [2]), .floats([1], [1])])
        }
        #expect(error?.place?.contains("If") == true)
    }

    @Test(arguments: [true, false]) func `a branch that is known at load takes the place of its node`(condition: Bool) throws {
        let then = ONNX.graph(
            [ONNX.node("Neg", ["x"], ["inner"]), ONNX.node("Add", ["inner", "k"], ["b"])], outputs: [ONNX.value("b", 1, nil)],
            initializers: [ONNX.floats("k", [1], [10])])
        let graph = ONNX.graph(
            [
                ONNX.node("Abs", ["x"], ["inner"]),
                ONNX.node("If", ["c"], ["m"], [ONNX.graph("then_branch", then), ONNX.graph("else_branch", branch("Identity", ["inner"]))]),
                ONNX.node("Add", ["m", "inner"], ["y"]),
            ],
            inputs: [ONNX.value("x", 1, ["n"])], outputs: [ONNX.value("y", 1, nil)],
            initializers: [ONNX.raw("c", 9, [], [condition ? 1 : 0])])
        let model = try Model.load(bytes: ONNX.model(graph))
        #expect(model.planSummary.operators["If"] == nil)
        #expect(try model.run([.floats([-3], [1])])[0].tensor?.floats == [condition ? 16 : 6])
    }
}
