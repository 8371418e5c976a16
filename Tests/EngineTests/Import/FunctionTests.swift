import Engine
import Tensors
import Testing

@Suite struct FunctionTests {
    private let x = ONNX.value("x", 1, ["n", "3"])
    private let y = ONNX.value("y", 1, nil)

    private func swap(_ name: String = "Swap", body: [ProtoWriter]) -> ProtoWriter {
        ONNX.function(name, domain: "local", inputs: ["a"], outputs: ["b"], attributes: ["order"], body)
    }

    @Test func `a function is inlined with the caller's attributes`() throws {
        let function = swap(body: [
            ONNX.node("Transpose", ["a"], ["inner"], [ONNX.reference("perm", to: "order", type: 7)]),
            ONNX.node("Identity", ["inner"], ["b"]),
        ])
        let graph = ONNX.graph(
            [
                ONNX.node("Swap", ["x"], ["inner"], domain: "local", [ONNX.ints("order", [1, 0])]),
                ONNX.node("Swap", ["inner"], ["y"], domain: "local", [ONNX.ints("order", [0, 1])]),
            ], inputs: [x], outputs: [y])
        let model = try Model.load(bytes: ONNX.model(graph, functions: [function], domains: ["local"]))
        let output = try #require(try model.run([.counting([2, 3])])[0].tensor)
        #expect(output.shape == [3, 2])
        #expect(output.floats == [0, 3, 1, 4, 2, 5])
    }

    @Test func `a function that calls itself is refused`() throws {
        let function = swap(body: [ONNX.node("Swap", ["a"], ["b"], domain: "local")])
        let graph = ONNX.graph([ONNX.node("Swap", ["x"], ["y"], domain: "local")], inputs: [x], outputs: [y])
        #expect(throws: EngineError.self) {
            try Model.load(bytes: ONNX.model(graph, functions: [function], domains: ["local"]))
        }
    }

    @Test func `functions that double at every level stop at a limit`() throws {
        var functions = [swap("F0", body: [ONNX.node("Identity", ["a"], ["b"])])]
        for level in 1...40 {
            functions.append(
                swap(
                    "F\(level)",
                    body: [
                        ONNX.node("F\(level - 1)", ["a"], ["m"], domain: "local"), ONNX.node("F\(level - 1)", ["m"], ["b"], domain: "local"),
                    ]))
        }
        let graph = ONNX.graph([ONNX.node("F40", ["x"], ["y"], domain: "local")], inputs: [x], outputs: [y])
        var options = LoadOptions()
        options.limits.importing.nodes = 10_000
        let error = #expect(throws: EngineError.self) {
            try Model.load(bytes: ONNX.model(graph, functions: functions, domains: ["local"]), options: options)
        }
        #expect(error?.code == .resourceExhausted)
    }

    @Test func `an output that is an input is a copy of it`() throws {
        let function = ONNX.function("Same", domain: "local", inputs: ["a"], outputs: ["a"], [])
        let graph = ONNX.graph([ONNX.node("Same", ["x"], ["y"], domain: "local")], inputs: [x], outputs: [y])
        let model = try Model.load(bytes: ONNX.model(graph, functions: [function], domains: ["local"]))
        #expect(try model.run([.floats([1, 2, 3], [1, 3])])[0].tensor?.floats == [1, 2, 3])
    }
}
