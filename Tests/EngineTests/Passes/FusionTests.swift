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
        let fused = try Model.load(bytes: ONNX.model(graph))
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
}
