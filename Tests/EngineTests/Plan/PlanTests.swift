import Engine
import Tensors
import Testing

/// Whatever a plan does with memory, the answers are those of the plain way.
@Suite struct PlanTests {
    private let x = ONNX.value("x", 1, ["n", "4"])

    private func load(_ nodes: [ProtoWriter], outputs: [String], initializers: [ProtoWriter] = [], optimise: Bool = true) throws -> Model {
        var options = LoadOptions()
        options.optimise = optimise
        let graph = ONNX.graph(nodes, inputs: [x], outputs: outputs.map { ONNX.value($0, 1, nil) }, initializers: initializers)
        return try Model.load(bytes: ONNX.model(graph), options: options)
    }

    /// Runs both ways, twice, over several shapes, and compares the bits.
    private func compare(_ nodes: [ProtoWriter], outputs: [String], initializers: [ProtoWriter] = []) throws {
        let planned = try load(nodes, outputs: outputs, initializers: initializers)
        let plain = try load(nodes, outputs: outputs, initializers: initializers, optimise: false)
        for rows in [1, 3, 0, 2, 3, 1] {
            let input = Tensor.counting([rows, 4])
            let expected = try plain.run([input])
            let actual = try planned.run([input])
            for (mine, theirs) in zip(actual, expected) {
                #expect(mine.tensor?.shape == theirs.tensor?.shape)
                #expect(mine.tensor?.floats == theirs.tensor?.floats)
            }
            #expect(input.floats == Tensor.counting([rows, 4]).floats)
        }
    }

    @Test func `an in-place operator spares a value that is read later`() throws {
        try compare(
            [
                ONNX.node("Neg", ["x"], ["a"]), ONNX.node("Exp", ["a"], ["b"]), ONNX.node("Neg", ["b"], ["c"]),
                ONNX.node("Add", ["c", "a"], ["d"]), ONNX.node("Abs", ["d"], ["y"]),
            ], outputs: ["y"])
    }

    @Test func `an in-place operator spares a view that is read later`() throws {
        try compare(
            [
                ONNX.node("Neg", ["x"], ["a"]), ONNX.node("Reshape", ["a", "flat"], ["v"]), ONNX.node("Exp", ["a"], ["b"]),
                ONNX.node("Reshape", ["b", "flat"], ["w"]), ONNX.node("Sub", ["w", "v"], ["y"]),
            ], outputs: ["y"], initializers: [ONNX.int64s("flat", [1], [-1])])
    }

    @Test func `a value and a view of it are added in place to the same memory safely`() throws {
        try compare(
            [
                ONNX.node("Exp", ["x"], ["a"]), ONNX.node("Transpose", ["a"], ["t"], [ONNX.ints("perm", [1, 0])]),
                ONNX.node("Reshape", ["t", "rows"], ["v"]), ONNX.node("Add", ["v", "v"], ["y"]),
            ], outputs: ["y"], initializers: [ONNX.int64s("rows", [2], [-1, 4])])
    }

    @Test func `outputs that are inputs, constants, views and one another are whole and their own`() throws {
        let nodes = [
            ONNX.node("Identity", ["x"], ["same"]), ONNX.node("Neg", ["x"], ["a"]), ONNX.node("Identity", ["a"], ["twin"]),
            ONNX.node("Reshape", ["a", "flat"], ["view"]),
        ]
        try compare(
            nodes, outputs: ["same", "a", "twin", "view", "k"],
            initializers: [ONNX.int64s("flat", [1], [-1]), ONNX.floats("k", [2], [5, 6])])
        let model = try load(nodes, outputs: ["same", "a"], initializers: [ONNX.int64s("flat", [1], [-1])])
        let input = Tensor.counting([2, 4])
        let output = try #require(try model.run([input])[0].tensor)
        #expect(output.bytes != input.bytes)
    }

    @Test func `an output that is read on the way is handed out unharmed`() throws {
        try compare([ONNX.node("Neg", ["x"], ["a"]), ONNX.node("Exp", ["a"], ["b"]), ONNX.node("Abs", ["b"], ["y"])], outputs: ["a", "y", "b"])
    }

    @Test func `shapes computed from shapes are known before the run`() throws {
        let nodes = [
            ONNX.node("Shape", ["x"], ["s"]), ONNX.node("Gather", ["s", "zero"], ["n"]),
            ONNX.node("Concat", ["n", "rest"], ["target"], [ONNX.int("axis", 0)]), ONNX.node("Reshape", ["x", "target"], ["y"]),
        ]
        let constants = [ONNX.int64s("zero", [1], [0]), ONNX.int64s("rest", [2], [2, 2])]
        try compare(nodes, outputs: ["y"], initializers: constants)
        let model = try load(nodes, outputs: ["y"], initializers: constants)
        #expect(try model.outputShapes(for: [.tensor(.counting([5, 4]))]) == [[5, 2, 2]])
    }

    @Test func `shapes that the elements decide are found while running`() throws {
        let nodes = [
            ONNX.node("NonZero", ["x"], ["where"]), ONNX.node("Cast", ["where"], ["f"], [ONNX.int("to", 1)]),
            ONNX.node("Neg", ["f"], ["y"]),
        ]
        try compare(nodes, outputs: ["y"])
        let model = try load(nodes, outputs: ["y"])
        #expect(try model.outputShapes(for: [.tensor(.counting([2, 4]))]) == [nil])
        #expect(try model.run([.floats([0, 1, 0, 2], [1, 4])])[0].tensor?.shape == [2, 2])
        #expect(try model.run([.floats([0, 0, 0, 2], [1, 4])])[0].tensor?.shape == [2, 1])
    }

    @Test func `what depends on constants alone is computed at load`() throws {
        let model = try load(
            [ONNX.node("Exp", ["k"], ["e"]), ONNX.node("Add", ["x", "e"], ["y"])], outputs: ["y"],
            initializers: [ONNX.floats("k", [1], [0])])
        #expect(model.planSummary.operators == ["Add": 1])
        #expect(try model.run([.floats([1, 2, 3, 4], [1, 4])])[0].tensor?.floats == [2, 3, 4, 5])
    }

    @Test func `steps that no output needs are dropped`() throws {
        let model = try load([ONNX.node("Exp", ["x"], ["unused"]), ONNX.node("Neg", ["x"], ["y"])], outputs: ["y"])
        #expect(model.planSummary.operators == ["Neg": 1])
    }

    @Test func `a long chain takes the memory of two values at most`() throws {
        var nodes: [ProtoWriter] = []
        for index in 0..<20 {
            nodes.append(ONNX.node("Transpose", [index == 0 ? "x" : "v\(index)"], ["v\(index + 1)"], [ONNX.ints("perm", [1, 0])]))
        }
        let model = try load(nodes, outputs: ["v20"])
        let bytes = try model.memory(for: [.tensor(.counting([100, 4]))])
        #expect(bytes <= 2 * 1600 + 128)
    }

    @Test func `a plan above the memory limit is refused`() throws {
        var options = LoadOptions()
        options.limits.planBytes = 1000
        let graph = ONNX.graph(
            [ONNX.node("Transpose", ["x"], ["t"], [ONNX.ints("perm", [1, 0])]), ONNX.node("Transpose", ["t"], ["y"], [ONNX.ints("perm", [1, 0])])],
            inputs: [x], outputs: [ONNX.value("y", 1, nil)])
        let model = try Model.load(bytes: ONNX.model(graph), options: options)
        #expect(try model.run([.counting([10, 4])]).count == 1)
        let error = #expect(throws: EngineError.self) { try model.run([.counting([1000, 4])]) }
        #expect(error?.code == .resourceExhausted)
    }

    @Test func `outputs are written into the caller's memory`() throws {
        let model = try load([ONNX.node("Neg", ["x"], ["a"]), ONNX.node("Reshape", ["a", "flat"], ["y"])], outputs: ["y"],
            initializers: [ONNX.int64s("flat", [1], [-1])])
        let place = Tensor(dataType: .float32, shape: [4])
        var outputs: [Value?] = [.tensor(place)]
        try model.run([.tensor(.floats([1, 2, 3, 4], [1, 4]))], into: &outputs)
        #expect(outputs[0]?.tensor?.bytes == place.bytes)
        #expect(place.floats == [-1, -2, -3, -4])
    }

    @Test func `inputs that do not fit are refused with what was expected`() throws {
        let model = try load([ONNX.node("Neg", ["x"], ["y"])], outputs: ["y"])
        let shape = #expect(throws: EngineError.self) { try model.run([.counting([2, 5])]) }
        #expect(shape?.code == .invalidInput)
        #expect(shape?.description == "input 'x': expected shape [n,4], got [2,5]")
        let type = #expect(throws: EngineError.self) { try model.run([.int64s([1, 2, 3, 4], [1, 4])]) }
        #expect(type?.code == .invalidInput)
        #expect(throws: EngineError.self) { try model.run([Tensor]()) }
    }

    @Test func `runs at once on several threads do not disturb each other`() async throws {
        let model = try load(
            [ONNX.node("Exp", ["x"], ["a"]), ONNX.node("Neg", ["a"], ["b"]), ONNX.node("Add", ["a", "b"], ["c"]), ONNX.node("Add", ["c", "x"], ["y"])],
            outputs: ["y"])
        await withTaskGroup(of: Bool.self) { group in
            for task in 0..<8 {
                group.addTask {
                    for turn in 0..<50 {
                        let value = Float(task * 100 + turn) / 1000
                        let input = Tensor.floats([Float](repeating: value, count: 4 * (1 + turn % 3)), [1 + turn % 3, 4])
                        guard let output = try? model.run([input])[0].tensor, output.floats.allSatisfy({ $0 == value }) else { return false }
                    }
                    return true
                }
            }
            for await isRight in group { #expect(isRight) }
        }
    }
}
