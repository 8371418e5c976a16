import Engine
import Tensors
import Testing

/// Images that stay in blocks of channels give what plain ones give.
@Suite struct ChannelBlockingTests {
    /// Numbers that differ from place to place and are exact in binary.
    private func numbers(_ count: Int, _ seed: Int) -> [Float] {
        (0..<count).map { Float(($0 * 37 + seed * 11) % 23 - 11) / 16 }
    }

    private func weights(_ name: String, _ dims: [Int], _ seed: Int) -> ProtoWriter {
        ONNX.floats(name, dims.map(Int64.init), numbers(dims.reduce(1, *), seed))
    }

    /// Runs the graph with and without the pass, and each image of the batch alone: the first must agree closely, the second in all bits.
    private func check(
        _ nodes: [ProtoWriter], _ initializers: [ProtoWriter], image: [Int], conversions: Int, _ declared: [String]? = nil
    ) throws {
        let dims = declared ?? (["n"] + image.map(String.init))
        let bytes = ONNX.model(
            ONNX.graph(nodes, inputs: [ONNX.value("x", 1, dims)], outputs: [ONNX.value("y", 1, nil)], initializers: initializers))
        var options = LoadOptions()
        options.disabledPasses = [.blockChannels]
        let plain = try Model.load(bytes: bytes, options: options)
        let blocked = try Model.load(bytes: bytes)
        let operators = blocked.planSummary.operators
        let found = operators["martlet::BlockChannels", default: 0] + operators["martlet::UnblockChannels", default: 0]
        #expect(found == conversions, "\(operators)")
        #expect(plain.planSummary.operators.keys.allSatisfy { !$0.hasPrefix("martlet::") })
        let count = image.reduce(1, *)
        let input = Tensor.floats(numbers(3 * count, 5), [3] + image)
        let expected = try #require(try plain.run([input])[0].tensor)
        let actual = try #require(try blocked.run([input])[0].tensor)
        #expect(actual.shape == expected.shape)
        let scale = expected.floats.map(abs).max() ?? 0
        for (mine, theirs) in zip(actual.floats, expected.floats) { #expect(abs(mine - theirs) <= 1e-5 * scale) }
        let together = actual.floats.map(\.bitPattern)
        let width = together.count / 3
        for row in 0..<3 {
            let alone = Tensor.floats(Array(input.floats[row * count..<(row + 1) * count]), [1] + image)
            let own = try #require(try blocked.run([alone])[0].tensor).floats.map(\.bitPattern)
            #expect(own == Array(together[row * width..<(row + 1) * width]))
        }
    }

    @Test(arguments: [16, 20, 33]) func `a chain of convolutions converts its ends alone`(channels: Int) throws {
        try check(
            [
                ONNX.node("Conv", ["x", "v"], ["a"], [ONNX.ints("pads", [1, 1, 1, 1])]), ONNX.node("Relu", ["a"], ["b"]),
                ONNX.node("Conv", ["b", "w", "s"], ["c"], [ONNX.ints("pads", [1, 1, 1, 1])]), ONNX.node("Sigmoid", ["c"], ["d"]),
                ONNX.node("Conv", ["d", "u"], ["y"], [ONNX.ints("strides", [2, 2])]),
            ],
            [
                weights("v", [channels, 6, 3, 3], 1), weights("w", [channels, channels, 3, 3], 2), weights("s", [channels], 3),
                weights("u", [7, channels, 1, 1], 4),
            ], image: [6, 15, 13], conversions: 2)
    }

    @Test func `an image of few channels is read as it is`() throws {
        try check([ONNX.node("Conv", ["x", "v"], ["y"])], [weights("v", [24, 3, 3, 3], 1)], image: [3, 9, 8], conversions: 1)
    }

    @Test func `extents that are not known at load do not matter`() throws {
        try check(
            [ONNX.node("Conv", ["x", "v"], ["a"]), ONNX.node("Relu", ["a"], ["b"]), ONNX.node("Conv", ["b", "w"], ["y"])],
            [weights("v", [32, 3, 3, 3], 1), weights("w", [32, 32, 3, 3], 2)], image: [3, 18, 21], conversions: 1, ["n", "3", "h", "w"])
    }

    @Test func `pools, sums and what scales channels follow`() throws {
        try check(
            [
                ONNX.node("Conv", ["x", "v"], ["a"]),
                ONNX.node(
                    "MaxPool", ["a"], ["b"],
                    [ONNX.ints("kernel_shape", [3, 3]), ONNX.ints("strides", [2, 2]), ONNX.ints("pads", [1, 1, 1, 1])]),
                ONNX.node("AveragePool", ["b"], ["c"], [ONNX.ints("kernel_shape", [2, 2]), ONNX.ints("pads", [0, 0, 1, 1])]),
                ONNX.node("Add", ["b", "c"], ["d"]), ONNX.node("GlobalAveragePool", ["d"], ["e"]), ONNX.node("Mul", ["d", "e"], ["f"]),
                ONNX.node("Mul", ["f", "k"], ["g"]), ONNX.node("BatchNormalization", ["g", "k1", "k1", "k1", "k2"], ["h"]),
                ONNX.node("LeakyRelu", ["h"], ["i"]), ONNX.node("Sub", ["half", "i"], ["y"]),
            ],
            [
                weights("v", [19, 2, 3, 3], 1), weights("k", [1, 19, 1, 1], 2), weights("k1", [19], 3),
                ONNX.floats("k2", [19], (0..<19).map { Float($0) / 8 + 1 }), ONNX.floats("half", [], [0.5]),
            ], image: [2, 12, 11], conversions: 1)
    }

    @Test func `filters of single channels and joined images follow`() throws {
        try check(
            [
                ONNX.node("Conv", ["x", "v"], ["a"]),
                ONNX.node("Conv", ["a", "d"], ["b"], [ONNX.int("group", 16), ONNX.ints("pads", [1, 1, 1, 1])]),
                ONNX.node("Concat", ["a", "b", "c"], ["j"], [ONNX.int("axis", 1)]),
                ONNX.node("Conv", ["a", "t"], ["c"], [ONNX.ints("pads", [1, 1, 1, 1])]), ONNX.node("Conv", ["j", "u"], ["y"]),
            ],
            [
                weights("v", [16, 2, 1, 1], 1), weights("d", [16, 1, 3, 3], 2), weights("t", [5, 16, 3, 3], 3),
                weights("u", [3, 37, 1, 1], 4),
            ],
            image: [2, 7, 9], conversions: 1)
    }

    @Test func `images of one column are convolved along it`() throws {
        try check(
            [ONNX.node("Conv", ["x", "v"], ["y"], [ONNX.ints("pads", [2, 0, 1, 0]), ONNX.ints("strides", [2, 1])])],
            [weights("v", [18, 20, 5, 1], 1)], image: [20, 40, 1], conversions: 2)
    }

    @Test func `enlarged images follow`() throws {
        try check(
            [
                ONNX.node("Conv", ["x", "v"], ["a"]),
                ONNX.node(
                    "Resize", ["a", "", "s"], ["b"],
                    [
                        ONNX.text("mode", "nearest"), ONNX.text("coordinate_transformation_mode", "asymmetric"),
                        ONNX.text("nearest_mode", "floor"),
                    ]),
                ONNX.node("Relu", ["b"], ["y"]),
            ], [weights("v", [17, 3, 1, 1], 1), ONNX.floats("s", [4], [1, 1, 2, 3])], image: [3, 5, 4], conversions: 1)
    }

    @Test func `what reads single channels gets a plain image`() throws {
        try check(
            [
                ONNX.node("Conv", ["x", "v"], ["a"]), ONNX.node("Softmax", ["a"], ["b"], [ONNX.int("axis", 1)]),
                ONNX.node("Conv", ["b", "w"], ["y"]),
            ],
            [weights("v", [16, 3, 1, 1], 1), weights("w", [16, 16, 1, 1], 2)], image: [3, 4, 5], conversions: 3)
    }
}
