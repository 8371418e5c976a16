import Engine
import Tensors
import Testing

@Suite struct SliceTests {
    private func slice(_ x: Tensor, _ starts: [Int64], _ ends: [Int64], _ axes: [Int64]? = nil, _ steps: [Int64]? = nil) throws -> Tensor {
        try apply(
            "Slice",
            [
                x, .int64s(starts, [starts.count]), .int64s(ends, [ends.count]), axes.map { .int64s($0, [$0.count]) },
                steps.map { .int64s($0, [$0.count]) },
            ])[0]
    }

    @Test func `bounds are clamped and negative ones count from the end`() throws {
        let x = Tensor.counting([5])
        #expect(try slice(x, [1], [3]).floats == [1, 2])
        #expect(try slice(x, [-2], [100]).floats == [3, 4])
        #expect(try slice(x, [-100], [2]).floats == [0, 1])
        #expect(try slice(x, [4], [1]).floats == [])
        #expect(try slice(x, [.min], [.max]).floats == [0, 1, 2, 3, 4])
    }

    @Test func `steps of any size and sign`() throws {
        let x = Tensor.counting([5])
        #expect(try slice(x, [0], [5], [0], [2]).floats == [0, 2, 4])
        #expect(try slice(x, [4], [.min], [0], [-1]).floats == [4, 3, 2, 1, 0])
        #expect(try slice(x, [-1], [0], [0], [-3]).floats == [4, 1])
        #expect(try slice(x, [4], [-100], [0], [.min]).floats == [4])
        #expect(try slice(x, [0], [5], [0], [.max]).floats == [0])
        #expect(
            fault("Slice", [x, .int64s([0], [1]), .int64s([5], [1]), .int64s([0], [1]), .int64s([0], [1])])?.message.contains("step of 0")
                == true)
    }

    @Test func `several axes, empty ones among them`() throws {
        let x = Tensor.counting([3, 4])
        #expect(try slice(x, [1, 3], [3, 0], [0, 1], [1, -2]).floats == [7, 5, 11, 9])
        #expect(try slice(x, [0], [0], [1]).shape == [3, 0])
        #expect(try slice(.counting([0, 3]), [0], [9], [0], [-1]).shape == [0, 3])
    }

    @Test func `version 1 has its bounds in attributes`() throws {
        let result = try apply(
            "Slice", [.counting([2, 4])], version: 1, ["starts": .ints([1, 0]), "ends": .ints([2, 3]), "axes": .ints([0, 1])])
        #expect(result[0].floats == [4, 5, 6])
    }

    @Test func `lists that differ in length or name an axis twice are refused`() {
        let x = Tensor.counting([2, 3])
        #expect(fault("Slice", [x, .int64s([0, 0], [2]), .int64s([1], [1])]) != nil)
        #expect(fault("Slice", [x, .int64s([0, 0], [2]), .int64s([1, 1], [2]), .int64s([1, -1], [2])]) != nil)
        #expect(fault("Slice", [x, .int64s([0, 0, 0], [3]), .int64s([1, 1, 1], [3])]) != nil)
    }
}
