import Engine
import Tensors
import Testing

@Suite struct PadTests {
    private func pad(_ x: Tensor, _ pads: [Int64], _ mode: String, value: Tensor? = nil, axes: [Int64]? = nil) throws -> Tensor {
        try apply(
            "Pad", [x, .int64s(pads, [pads.count]), value, axes.map { .int64s($0, [$0.count]) }], ["mode": .string(ByteString(mode))])[0]
    }

    @Test func `what is added, by mode`() throws {
        let x = Tensor.floats([1, 2, 3], [3])
        #expect(try pad(x, [2, 1], "constant", value: .floats([9], .scalar)).floats == [9, 9, 1, 2, 3, 9])
        #expect(try pad(x, [2, 1], "constant").floats == [0, 0, 1, 2, 3, 0])
        #expect(try pad(x, [2, 1], "edge").floats == [1, 1, 1, 2, 3, 3])
        #expect(try pad(x, [2, 2], "reflect").floats == [3, 2, 1, 2, 3, 2, 1])
        #expect(try pad(x, [2, 2], "wrap").floats == [2, 3, 1, 2, 3, 1, 2])
    }

    @Test func `repetition goes on beyond the extent`() throws {
        let x = Tensor.floats([1, 2, 3], [3])
        #expect(try pad(x, [5, 0], "reflect").floats == [2, 1, 2, 3, 2, 1, 2, 3])
        #expect(try pad(x, [4, 0], "wrap").floats == [3, 1, 2, 3, 1, 2, 3])
        #expect(try pad(.floats([7], [1]), [2, 2], "reflect").floats == [7, 7, 7, 7, 7])
    }

    @Test func `negative pads remove, on one side or on both`() throws {
        let x = Tensor.counting([2, 3])
        #expect(try pad(x, [0, -1, 0, 0], "constant").floats == [1, 2, 4, 5])
        #expect(try pad(x, [1, -1, -1, 1], "constant").floats == [0, 0, 0, 1, 2, 0])
        #expect(try pad(x, [0, -1, 0, 1], "edge").floats == [1, 2, 2, 4, 5, 5])
    }

    @Test func `axes, strings, scalars and nothing at all`() throws {
        #expect(try pad(.counting([2, 2]), [1, 0], "constant", axes: [-1]).floats == [0, 0, 1, 0, 2, 3])
        #expect(try pad(.strings(["a"], [1]), [1, 1], "constant", value: .strings(["-"], .scalar)).texts == ["-", "a", "-"])
        #expect(try pad(.floats([4], .scalar), [], "constant").floats == [4])
        #expect(try pad(.counting([0]), [1, 1], "constant").floats == [0, 0])
    }

    @Test func `older versions have attributes`() throws {
        let x = Tensor.floats([1, 2], [2])
        #expect(try apply("Pad", [x], version: 1, ["paddings": .ints([1, 0]), "value": .float(5)])[0].floats == [5, 1, 2])
        #expect(try apply("Pad", [x], version: 2, ["pads": .ints([0, 1])])[0].floats == [1, 2, 0])
    }

    @Test(arguments: [[-4, 0], [.max, 1], [.min, 0], [1]] as [[Int64]])
    func `pads that cannot be are refused`(_ pads: [Int64]) {
        #expect(fault("Pad", [.counting([3]), .int64s(pads, [pads.count])]) != nil)
    }

    @Test func `nothing cannot be repeated`() {
        #expect(fault("Pad", [.counting([0]), .int64s([1, 0], [2])], ["mode": .string("edge")])?.code == .invalidInput)
    }
}
