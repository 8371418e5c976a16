import Engine
import Tensors
import Testing

/// What is wrong with a model is said, with the place, and never by a trap.
@Suite struct ImporterTests {
    private func fault(_ bytes: [UInt8], options: LoadOptions = LoadOptions()) -> EngineError? {
        do throws(EngineError) {
            _ = try Model.load(bytes: bytes, options: options)
            return nil
        } catch { return error }
    }

    private let x = ONNX.value("x", 1, ["n", "3"])
    private let y = ONNX.value("y", 1, ["n", "3"])

    @Test func `every truncation of a model is an error or a smaller model`() {
        let graph = ONNX.graph(
            [ONNX.node("Reshape", ["x", "s"], ["y"])], inputs: [x], outputs: [y],
            initializers: [ONNX.int64s("s", [2], [-1, 3])])
        let bytes = ONNX.model(graph)
        #expect(fault(bytes) == nil)
        var refused = 0
        for length in 0..<bytes.count where fault(Array(bytes[..<length])) != nil { refused += 1 }
        #expect(refused > bytes.count / 2)
    }

    @Test func `bytes that are no model say so`() {
        #expect(fault(Array("not a model at all".utf8))?.code == .malformedModel)
        #expect(fault([])?.code == .malformedModel)
        #expect(fault([0x08, 0x08])?.message.contains("no graph") == true)
    }

    @Test func `a cycle names a node in it`() throws {
        let graph = ONNX.graph(
            [ONNX.node("Identity", ["b"], ["a"], name: "first"), ONNX.node("Identity", ["a"], ["b"], name: "second")],
            inputs: [x], outputs: [ONNX.value("a", 1, ["n", "3"])])
        let error = try #require(fault(ONNX.model(graph)))
        #expect(error.code == .malformedModel)
        #expect(error.description.contains("cycle"))
        #expect(error.place?.contains("first") == true || error.place?.contains("second") == true)
    }

    @Test func `nodes in any order are sorted`() throws {
        let graph = ONNX.graph(
            [ONNX.node("Identity", ["a"], ["y"]), ONNX.node("Identity", ["x"], ["a"])], inputs: [x], outputs: [y])
        let model = try Model.load(bytes: ONNX.model(graph))
        #expect(try model.run([.floats([1, 2, 3], [1, 3])])[0].tensor?.floats == [1, 2, 3])
    }

    @Test func `a value made twice names the value and the node`() throws {
        let graph = ONNX.graph(
            [ONNX.node("Identity", ["x"], ["y"], name: "one"), ONNX.node("Identity", ["x"], ["y"], name: "two")],
            inputs: [x], outputs: [y])
        let error = try #require(fault(ONNX.model(graph)))
        #expect(error.message.contains("'y'") && error.message.contains("twice"))
        #expect(error.place?.contains("two") == true)
    }

    @Test func `a missing value names the value and the node`() throws {
        let graph = ONNX.graph([ONNX.node("Reshape", ["x", "gone"], ["y"], name: "r")], inputs: [x], outputs: [y])
        let error = try #require(fault(ONNX.model(graph)))
        #expect(error.message.contains("'gone'"))
        #expect(error.place?.contains("'r'") == true)
    }

    @Test func `an output that nothing makes is named`() throws {
        let graph = ONNX.graph([], inputs: [x], outputs: [y])
        #expect(fault(ONNX.model(graph))?.place == "output 'y'")
    }

    @Test func `all unknown operators are named at once, in subgraphs too`() throws {
        let branch = ONNX.graph([ONNX.node("Bogus", [], ["b"])], outputs: [ONNX.value("b")])
        let graph = ONNX.graph(
            [
                ONNX.node("Fancy", ["x"], ["a"], domain: "com.example"), ONNX.node("Odd", ["a"], ["c"]),
                ONNX.node("If", ["c"], ["y"], [ONNX.graph("then_branch", branch), ONNX.graph("else_branch", branch)]),
            ], inputs: [x], outputs: [y])
        let error = try #require(fault(ONNX.model(graph, domains: ["com.example"])))
        #expect(error.code == .unsupported)
        for name in ["com.example::Fancy (version 1)", "Odd (version 17)", "Bogus (version 17)"] {
            #expect(error.message.contains(name))
        }
    }

    @Test(arguments: [[Int64.max, 2], [-1, 3], [1 << 40, 1 << 40], [Int64.max]])
    func `impossible extents of an initialiser are refused`(dims: [Int64]) throws {
        let graph = ONNX.graph(
            [ONNX.node("Identity", ["w"], ["y"])], outputs: [y], initializers: [ONNX.raw("w", 1, dims, [0, 0, 0, 0])])
        let error = try #require(fault(ONNX.model(graph)))
        #expect(error.place?.contains("'w'") == true)
    }

    @Test func `a tensor above the limit is refused before it is made`() throws {
        var options = LoadOptions()
        options.limits.importing.tensorBytes = 1000
        let graph = ONNX.graph(
            [ONNX.node("Identity", ["w"], ["y"])], outputs: [y],
            initializers: [ONNX.raw("w", 1, [251], [UInt8](repeating: 0, count: 1004))])
        #expect(fault(ONNX.model(graph), options: options)?.code == .resourceExhausted)
        #expect(fault(ONNX.model(graph)) == nil)
    }

    @Test func `elements that do not fill the shape are refused`() throws {
        let graph = ONNX.graph(
            [ONNX.node("Identity", ["w"], ["y"])], outputs: [y], initializers: [ONNX.raw("w", 1, [3], [0, 0, 0, 0])])
        let error = try #require(fault(ONNX.model(graph)))
        #expect(error.message.contains("4 bytes") && error.message.contains("12"))
    }

    @Test func `graphs that nest too deep are refused`() {
        var graph = ONNX.graph([ONNX.node("Identity", ["x"], ["y"])], outputs: [y])
        for _ in 0..<300 {
            graph = ONNX.graph(
                [ONNX.node("If", ["c"], ["y"], [ONNX.graph("then_branch", graph), ONNX.graph("else_branch", ProtoWriter())])], outputs: [y])
        }
        #expect(fault(ONNX.model(graph))?.message.contains("nest") == true)
    }

    @Test func `a million empty messages are refused`() {
        var graph = ProtoWriter()
        for _ in 0..<1_000_000 { graph.bytes += [0x0A, 0x00] }
        #expect(fault(ONNX.model(graph))?.code == .malformedModel)
        var node = ONNX.node("Identity", ["x"], ["y"])
        for _ in 0..<1_000_000 { node.bytes += [0x2A, 0x00] }
        #expect(fault(ONNX.model(ONNX.graph([node], inputs: [x], outputs: [y])))?.code == .malformedModel)
    }

    @Test func `four-bit elements are unpacked, low half first`() throws {
        let graph = ONNX.graph(
            [ONNX.node("Identity", ["w"], ["y"]), ONNX.node("Identity", ["v"], ["z"])],
            outputs: [ONNX.value("y", 22, ["3"]), ONNX.value("z", 21, ["3"])],
            initializers: [ONNX.raw("w", 22, [3], [0x8F, 0x07]), ONNX.raw("v", 21, [3], [0x8F, 0x07])])
        let outputs = try Model.load(bytes: ONNX.model(graph)).run([Value]())
        #expect(outputs[0].tensor?.elements(as: Int8.self) == [-1, -8, 7])
        #expect(outputs[1].tensor?.elements(as: UInt8.self) == [15, 8, 7])
    }

    @Test func `an initialiser that is also listed as an input is no input`() throws {
        let graph = ONNX.graph(
            [ONNX.node("Reshape", ["x", "s"], ["y"])], inputs: [x, ONNX.value("s", 7, ["1"])],
            outputs: [ONNX.value("y", 1, ["?"])], initializers: [ONNX.int64s("s", [1], [-1])])
        let model = try Model.load(bytes: ONNX.model(graph))
        #expect(model.signature.inputs.map(\.name) == ["x"])
        #expect(try model.run([.counting([2, 3])])[0].tensor?.shape == [6])
    }
}
