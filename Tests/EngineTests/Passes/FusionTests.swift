import Engine
import Tensors
import Testing

/// Fused networks give what the plain ones give, with fewer steps.
@Suite struct FusionTests {
    private let weights = ONNX.floats("w", [2, 3, 1, 1], [1, -2, 3, -4, 5, -6])

    private func check(
        _ nodes: [ProtoWriter], _ initializers: [ProtoWriter], expecting operators: [String: Int], dims: [String] = ["n", "3", "2", "2"]
    ) throws {
        let graph = ONNX.graph(
            nodes, inputs: [ONNX.value("x", 1, dims)], outputs: [ONNX.value("y", 1, nil)], initializers: initializers)
        var plainOptions = LoadOptions()
        plainOptions.optimise = false
        let plain = try Model.load(bytes: ONNX.model(graph), options: plainOptions)
        var fusedOptions = LoadOptions()
        fusedOptions.disabledPasses = [.blockChannels]
        let fused = try Model.load(bytes: ONNX.model(graph), options: fusedOptions)
        #expect(fused.planSummary.operators == operators)
        let input = Tensor.floats((0..<24).map { Float($0) - 11 }, [2, 3, 2, 2])
        let expected = try #require(try plain.run([input])[0].tensor)
        let actual = try #require(try fused.run([input])[0].tensor)
        #expect(actual.shape == expected.shape)
        for (mine, theirs) in zip(actual.floats, expected.floats) { #expect(abs(mine - theirs) <= 1e-4 * max(1, abs(theirs))) }
    }

    @Test func `an activation becomes the end of a convolution`() throws {
        try check(
            [ONNX.node("Conv", ["x", "w"], ["c"]), ONNX.node("Relu", ["c"], ["y"])], [weights],
            expecting: ["com.microsoft::FusedConv": 1])
        try check(
            [ONNX.node("Conv", ["x", "w"], ["c"]), ONNX.node("Clip", ["c", "", "six"], ["y"])],
            [weights, ONNX.floats("six", [], [6])], expecting: ["com.microsoft::FusedConv": 1])
    }

    @Test func `a value that is read elsewhere stays`() throws {
        try check(
            [ONNX.node("Conv", ["x", "w"], ["c"]), ONNX.node("Relu", ["c"], ["r"]), ONNX.node("Sub", ["c", "r"], ["y"])], [weights],
            expecting: ["Conv": 1, "Relu": 1, "Sub": 1])
    }

    @Test func `a sum of two convolutions and its activation become one step`() throws {
        try check(
            [
                ONNX.node("Conv", ["x", "w"], ["a"]), ONNX.node("Conv", ["x", "v"], ["b"]), ONNX.node("Add", ["a", "b"], ["s"]),
                ONNX.node("Relu", ["s"], ["y"]),
            ], [weights, ONNX.floats("v", [2, 3, 1, 1], [1, 1, 1, 2, 2, 2])],
            expecting: ["Conv": 1, "com.microsoft::FusedConv": 1])
    }

    @Test func `a sum that broadcasts is left alone`() throws {
        try check(
            [
                ONNX.node("Conv", ["x", "w"], ["a"]), ONNX.node("Conv", ["x", "v"], ["b"]), ONNX.node("Add", ["a", "b"], ["y"]),
            ], [weights, ONNX.floats("v", [1, 3, 1, 1], [1, 1, 1])], expecting: ["Conv": 2, "Add": 1])
    }

    @Test func `factors and shifts of channels go into the weights`() throws {
        try check(
            [
                ONNX.node("Conv", ["x", "w", "b"], ["a"]), ONNX.node("Mul", ["f", "a"], ["m"]), ONNX.node("Add", ["m", "s"], ["y"]),
            ],
            [weights, ONNX.floats("b", [2], [1, 2]), ONNX.floats("f", [2, 1, 1], [3, -0.5]), ONNX.floats("s", [1], [7])],
            expecting: ["Conv": 1])
    }

    @Test func `a factor for each column is no factor of channels`() throws {
        try check(
            [ONNX.node("Conv", ["x", "w"], ["a"]), ONNX.node("Mul", ["a", "f"], ["y"])], [weights, ONNX.floats("f", [2], [3, -0.5])],
            expecting: ["Conv": 1, "Mul": 1])
    }

    @Test func `normalisation goes into the weights`() throws {
        try check(
            [ONNX.node("Conv", ["x", "w"], ["a"]), ONNX.node("BatchNormalization", ["a", "k", "b", "m", "v"], ["y"])],
            [
                weights, ONNX.floats("k", [2], [2, 3]), ONNX.floats("b", [2], [1, -1]), ONNX.floats("m", [2], [4, 5]),
                ONNX.floats("v", [2], [0.25, 9]),
            ], expecting: ["Conv": 1])
    }

    @Test(arguments: 0..<3) func `Gelu is found however its factors are ordered`(form: Int) throws {
        let inner = [ONNX.node("Div", ["x", "root"], ["a"]), ONNX.node("Erf", ["a"], ["e"]), ONNX.node("Add", ["one", "e"], ["p"])]
        let product =
            switch form {
            case 0: [ONNX.node("Mul", ["x", "p"], ["m"]), ONNX.node("Mul", ["m", "half"], ["y"])]
            case 1: [ONNX.node("Mul", ["x", "half"], ["m"]), ONNX.node("Mul", ["m", "p"], ["y"])]
            default: [ONNX.node("Mul", ["half", "p"], ["m"]), ONNX.node("Mul", ["x", "m"], ["y"])]
            }
        try check(
            inner + product,
            [ONNX.floats("root", [], [1.414_213_5]), ONNX.floats("one", [], [1]), ONNX.floats("half", [], [0.5])],
            expecting: ["Gelu": 1])
    }

    @Test func `what looks like Gelu but is not stays`() throws {
        try check(
            [
                ONNX.node("Div", ["x", "root"], ["a"]), ONNX.node("Erf", ["a"], ["e"]), ONNX.node("Add", ["one", "e"], ["p"]),
                ONNX.node("Mul", ["x", "p"], ["m"]), ONNX.node("Mul", ["m", "half"], ["y"]),
            ], [ONNX.floats("root", [], [1.5]), ONNX.floats("one", [], [1]), ONNX.floats("half", [], [0.5])],
            expecting: ["Div": 1, "Erf": 1, "Add": 1, "Mul": 2])
    }

    @Test func `Swish and both spellings of HardSwish are found`() throws {
        try check([ONNX.node("Sigmoid", ["x"], ["s"]), ONNX.node("Mul", ["s", "x"], ["y"])], [], expecting: ["Swish": 1])
        let constants = [ONNX.floats("three", [], [3]), ONNX.floats("zero", [], [0]), ONNX.floats("six", [], [6])]
        let clip = [ONNX.node("Add", ["x", "three"], ["a"]), ONNX.node("Clip", ["a", "zero", "six"], ["c"])]
        try check(
            clip + [ONNX.node("Mul", ["x", "c"], ["m"]), ONNX.node("Div", ["m", "six"], ["y"])], constants, expecting: ["HardSwish": 1])
        try check(
            clip + [ONNX.node("Div", ["c", "six"], ["d"]), ONNX.node("Mul", ["d", "x"], ["y"])], constants, expecting: ["HardSwish": 1])
    }

    @Test(arguments: [true, false]) func `layer normalisation is found`(power: Bool) throws {
        try check(
            [
                ONNX.node("ReduceMean", ["x"], ["mean"], [ONNX.ints("axes", [-1])]), ONNX.node("Sub", ["x", "mean"], ["d"]),
                power ? ONNX.node("Pow", ["d", "two"], ["q"]) : ONNX.node("Mul", ["d", "d"], ["q"]),
                ONNX.node("ReduceMean", ["q"], ["v"], [ONNX.ints("axes", [3])]), ONNX.node("Add", ["v", "epsilon"], ["w"]),
                ONNX.node("Sqrt", ["w"], ["s"]), ONNX.node("Div", ["d", "s"], ["n"]), ONNX.node("Mul", ["n", "gamma"], ["m"]),
                ONNX.node("Add", ["m", "beta"], ["y"]),
            ],
            [
                ONNX.floats("two", [], [2]), ONNX.floats("epsilon", [], [1e-5]), ONNX.floats("gamma", [2], [2, 3]),
                ONNX.floats("beta", [2], [-1, 1]),
            ], expecting: ["LayerNormalization": 1])
    }

    @Test(arguments: 0..<3) func `Gelu by the hyperbolic tangent is found however its factors are ordered`(form: Int) throws {
        let cube =
            switch form {
            case 0: [ONNX.node("Pow", ["x", "three"], ["q"]), ONNX.node("Mul", ["small", "q"], ["c"])]
            case 1:
                [ONNX.node("Mul", ["small", "x"], ["p"]), ONNX.node("Mul", ["x", "p"], ["q"]), ONNX.node("Mul", ["x", "q"], ["c"])]
            default:
                [ONNX.node("Mul", ["x", "x"], ["p"]), ONNX.node("Mul", ["x", "p"], ["q"]), ONNX.node("Mul", ["q", "small"], ["c"])]
            }
        let product =
            form == 1
            ? [ONNX.node("Mul", ["half", "t1"], ["m"]), ONNX.node("Mul", ["x", "m"], ["y"])]
            : [ONNX.node("Mul", ["half", "x"], ["m"]), ONNX.node("Mul", ["t1", "m"], ["y"])]
        try check(
            cube + [
                ONNX.node("Add", ["x", "c"], ["s"]), ONNX.node("Mul", ["root", "s"], ["a"]), ONNX.node("Tanh", ["a"], ["t"]),
                ONNX.node("Add", ["t", "one"], ["t1"]),
            ] + product,
            [
                ONNX.floats("three", [], [3]), ONNX.floats("small", [], [0.044_715]), ONNX.floats("root", [], [0.797_884_56]),
                ONNX.floats("one", [], [1]), ONNX.floats("half", [], [0.5]),
            ], expecting: ["Gelu": 1])
    }

    @Test func `bias, addend and activation become the end of a product`() throws {
        let product = ONNX.floats("m", [2, 2], [1, -2, 3, -4])
        let bias = ONNX.floats("b", [2], [0.5, -1])
        try check(
            [ONNX.node("MatMul", ["x", "m"], ["p"]), ONNX.node("Add", ["b", "p"], ["q"]), ONNX.node("Tanh", ["q"], ["y"])],
            [product, bias], expecting: ["MatMul": 1])
        try check(
            [
                ONNX.node("MatMul", ["x", "m"], ["p"]), ONNX.node("Add", ["p", "b"], ["q"]), ONNX.node("Add", ["x", "q"], ["r"]),
                ONNX.node("Relu", ["r"], ["y"]),
            ], [product, bias], expecting: ["MatMul": 1])
        // An addend that is broadcast, and one that comes after the activation, stay.
        try check(
            [ONNX.node("MatMul", ["x", "m"], ["p"]), ONNX.node("Add", ["p", "c"], ["y"])],
            [product, ONNX.floats("c", [2, 1], [0.5, -1])], expecting: ["MatMul": 1, "Add": 1])
        try check(
            [ONNX.node("MatMul", ["x", "m"], ["p"]), ONNX.node("Relu", ["p"], ["q"]), ONNX.node("Add", ["q", "x"], ["y"])],
            [product], expecting: ["MatMul": 1, "Add": 1])
    }

    @Test func `a product with one-hot rows looks them up`() throws {
        let graph = ONNX.graph(
            [
                ONNX.node("Equal", ["numbers", "i"], ["e"]), ONNX.node("Cast", ["e"], ["h"], [ONNX.int("to", 1)]),
                ONNX.node("MatMul", ["h", "w"], ["y"]),
            ], inputs: [ONNX.value("i", 7, ["n", "3", "k"])], outputs: [ONNX.value("y", 1, nil)],
            initializers: [ONNX.int64s("numbers", [1, 4], [-1, 0, 1, 2]), ONNX.floats("w", [4, 2], [1, 2, 3, 4, 5, 6, 7, 8])])
        var plainOptions = LoadOptions()
        plainOptions.optimise = false
        let plain = try Model.load(bytes: ONNX.model(graph), options: plainOptions)
        let fused = try Model.load(bytes: ONNX.model(graph))
        #expect(fused.planSummary.operators == ["MatMul": 1])
        let single = Tensor([-1, 0, 2, 3, -2, Int64.min] as [Int64], dataType: .int64, shape: [2, 3, 1])
        let each = Tensor((0..<12).map { Int64($0 % 3) }, dataType: .int64, shape: [1, 3, 4])
        for input in [single, each] {
            let expected = try #require(try plain.run([input])[0].tensor)
            let actual = try #require(try fused.run([input])[0].tensor)
            #expect(actual.shape == expected.shape)
            #expect(actual.floats == expected.floats)
        }
        let wrong = Tensor([Int64](repeating: 0, count: 6), dataType: .int64, shape: [1, 3, 2])
        #expect(throws: EngineError.self) { _ = try fused.run([wrong]) }
    }
}
