import Engine
import Tensors
import Testing

@Suite struct LoopTests {
    private let state = ONNX.value("s", 1, nil)

    /// Concatenates the carried value with itself, `trips` times or while the outer condition says so.
    private func doubling(captures: Bool = false) throws -> Model {
        let body = ONNX.graph(
            [
                ONNX.node("Concat", ["s", captures ? "x" : "s"], ["s2"], [ONNX.int("axis", 0)]),
                ONNX.node("Identity", ["c"], ["c2"]), ONNX.node("Shape", ["s"], ["size"]),
            ],
            inputs: [ONNX.value("i", 7, []), ONNX.value("c", 9, []), state],
            outputs: [ONNX.value("c2", 9, []), ONNX.value("s2", 1, nil), ONNX.value("size", 7, ["1"])])
        let graph = ONNX.graph(
            [ONNX.node("Loop", ["n", "go", "x"], ["y", "sizes"], [ONNX.graph("body", body)])],
            inputs: [ONNX.value("n", 7, []), ONNX.value("go", 9, []), ONNX.value("x", 1, ["k"])],
            outputs: [ONNX.value("y", 1, nil), ONNX.value("sizes", 7, nil)])
        return try Model.load(bytes: ONNX.model(graph))
    }

    @Test func `carried values may change their shape from turn to turn`() throws {
        let model = try doubling()
        for _ in 0..<2 {
            let outputs = try model.run([.int64s([3], .scalar), .bool(true), .floats([1, 2], [2])])
            #expect(outputs[0].tensor?.floats == [1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2])
            #expect(outputs[1].tensor?.shape == [3, 1])
            #expect(outputs[1].tensor?.int64s == [2, 4, 8])
        }
    }

    @Test func `a body reads values from around it`() throws {
        let outputs = try doubling(captures: true).run([.int64s([2], .scalar), .bool(true), .floats([1], [1])])
        #expect(outputs[0].tensor?.floats == [1, 1, 1])
    }

    @Test(arguments: [(Int64(0), true), (5, false), (-1, true)])
    func `without a turn the start comes out and nothing is stacked`(trips: Int64, go: Bool) throws {
        let outputs = try doubling().run([.int64s([trips], .scalar), .bool(go), .floats([1, 2], [2])])
        #expect(outputs[0].tensor?.floats == [1, 2])
        #expect(outputs[1].tensor?.shape == [0, 1])
    }

    @Test func `a loop without end stops when it is cancelled`() throws {
        let body = ONNX.graph(
            [ONNX.node("Identity", ["c"], ["c2"]), ONNX.node("Identity", ["s"], ["s2"])],
            inputs: [ONNX.value("i", 7, []), ONNX.value("c", 9, []), state],
            outputs: [ONNX.value("c2", 9, []), ONNX.value("s2", 1, nil)])
        let graph = ONNX.graph(
            [ONNX.node("Loop", ["", "go", "x"], ["y"], [ONNX.graph("body", body)])],
            inputs: [ONNX.value("go", 9, []), ONNX.value("x", 1, ["k"])], outputs: [ONNX.value("y", 1, nil)])
        var options = LoadOptions()
        options.limits.loopIterations = 1000
        let model = try Model.load(bytes: ONNX.model(graph), options: options)
        let bounded = #expect(throws: EngineError.self) { try model.run([.bool(true), .floats([1], [1])]) }
        #expect(bounded?.code == .resourceExhausted)
        let cancellation = Cancellation()
        cancellation.cancel()
        let cancelled = #expect(throws: EngineError.self) {
            try model.run([.bool(true), .floats([1], [1])], cancellation: cancellation)
        }
        #expect(cancelled?.code == .cancelled)
    }
}
