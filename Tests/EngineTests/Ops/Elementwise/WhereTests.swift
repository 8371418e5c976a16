import Engine
import Tensors
import Testing

@Suite struct WhereTests {
    @Test func `where takes from either side, all three broadcast`() throws {
        let condition = Tensor.bools([true, false], [2, 1])
        let output = try OneNode.run("Where", [condition, .floats([1, 2, 3], [3]), .scalar(9)])[0]
        #expect(output.shape == [2, 3])
        #expect(output.floats == [1, 2, 3, 9, 9, 9])
    }

    @Test func `where takes every width and strings`() throws {
        let condition = Tensor.bools([true, false], [2])
        #expect(try OneNode.run("Where", [condition, .uint8s([1, 2], [2]), .uint8s([3, 4], [2])])[0].elements(as: UInt8.self) == [1, 4])
        #expect(try OneNode.run("Where", [condition, .doubles([1, 2], [2]), .doubles([3, 4], [2])])[0].doubles == [1, 4])
        let output = try OneNode.run("Where", [condition, Tensor(strings: ["a", "b"], shape: [2]), Tensor(strings: ["c"], shape: [1])])[0]
        #expect(output.strings == ["a", "c"])
    }

    @Test func `a slope is broadcast, or counts along the channels`() throws {
        let x = Tensor.floats([-1, 2, -3, -4, 5, -6], [1, 3, 2])
        #expect(try OneNode.run("PRelu", [x, .floats([1, 2, 3], [3, 1])])[0].floats == [-1, 2, -6, -8, 5, -18])
        #expect(try OneNode.run("PRelu", version: 6, [x, .floats([1, 2, 3], [3])])[0].floats == [-1, 2, -6, -8, 5, -18])
        #expect(try OneNode.run("PRelu", [x, .floats([0.5], [1])])[0].floats == [-0.5, 2, -1.5, -2, 5, -3])
    }

    @Test func `a bias and an activation are one`() throws {
        let (x, bias) = (Tensor.scattered([3, 40]), Tensor.scattered([40], seed: 3))
        let plain = try OneNode.run("Gelu", domain: "com.microsoft", [try OneNode.run("Add", [x, bias])[0]])[0]
        #expect(try OneNode.run("BiasGelu", domain: "com.microsoft", [x, bias])[0].bits == plain.bits)
        let fast = try OneNode.run("FastGelu", domain: "com.microsoft", [x])[0].floats
        #expect(zip(fast, x.floats).allSatisfy { abs($0) <= abs($1) })
    }
}
