import Tensors
import Testing

@Suite struct VariadicTests {
    private let a = Tensor.floats([1, 5, .nan], [3])
    private let b = Tensor.floats([4, 2, 0], [3])

    @Test func `the largest and the smallest pass NaN on`() throws {
        let largest = try OneNode.run("Max", [a, b])[0].floats
        #expect(largest[0..<2] == [4, 5] && largest[2].isNaN)
        let smallest = try OneNode.run("Min", [b, a])[0].floats
        #expect(smallest[0..<2] == [1, 2] && smallest[2].isNaN)
    }

    @Test func `any number of inputs is folded, each broadcast`() throws {
        let inputs: [Tensor?] = [.floats([1], [1]), .floats([1, 2], [2]), .floats([10, 20], [2, 1])]
        #expect(try OneNode.run("Sum", inputs)[0].floats == [12, 13, 22, 23])
        #expect(try OneNode.run("Mean", inputs)[0].floats == [4, 13.0 / 3, 22.0 / 3, 23.0 / 3])
        #expect(try OneNode.run("Max", [.int8s([-5, 3], [2])])[0].elements(as: Int8.self) == [-5, 3])
        #expect(
            try OneNode.run("Min", [.uint8s([200, 3], [2]), .uint8s([100], [1]), .uint8s([50], .scalar)])[0].elements(as: UInt8.self) == [
                50, 3,
            ])
    }
}
