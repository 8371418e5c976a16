import Engine
import Tensors
import Testing

@Suite struct JoinTests {
    @Test func `joining along any axis`() throws {
        let a = Tensor.counting([2, 2])
        let b = Tensor.floats([9, 8], [2, 1])
        #expect(try apply("Concat", [a, b], ["axis": .int(1)])[0].floats == [0, 1, 9, 2, 3, 8])
        #expect(try apply("Concat", [a, a], ["axis": .int(-2)])[0].shape == [4, 2])
        #expect(try apply("Concat", [a, .counting([2, 0])], ["axis": .int(1)])[0].floats == [0, 1, 2, 3])
        #expect(try apply("Concat", [a, b], version: 1)[0].shape == [2, 3])
        #expect(fault("Concat", [a, b], ["axis": .int(0)])?.message.contains("extent 1") == true)
        #expect(fault("Concat", [a, .int64s([1], [1])], ["axis": .int(0)]) != nil)
    }

    @Test func `cutting into given, equal and nearly equal parts`() throws {
        let x = Tensor.counting([7])
        let given = try apply("Split", [x, .int64s([2, 5], [2])], outputs: 2)
        #expect(given.map(\.floats) == [[0, 1], [2, 3, 4, 5, 6]])
        let nearly = try apply("Split", [x], outputs: 3, ["num_outputs": .int(3)])
        #expect(nearly.map(\.shape.count) == [3, 3, 1])
        #expect(try apply("Split", [.counting([2, 4])], version: 2, outputs: 2, ["axis": .int(1)])[1].floats == [2, 3, 6, 7])
        #expect(fault("Split", [x], version: 13, outputs: 2) != nil)
        #expect(fault("Split", [x, .int64s([-1, 8], [2])], outputs: 2) != nil)
        #expect(fault("Split", [x, .int64s([.max, .max], [2])], outputs: 2) != nil)
    }

    @Test func `repeating and broadcasting`() throws {
        let x = Tensor.counting([2, 1])
        #expect(try apply("Tile", [x, .int64s([1, 3], [2])])[0].floats == [0, 0, 0, 1, 1, 1])
        #expect(try apply("Tile", [x, .int64s([2, 0], [2])])[0].shape == [4, 0])
        #expect(try apply("Tile", [x, .floats([2], [1]), .floats([0], [1])], version: 1)[0].floats == [0, 1, 0, 1])
        #expect(try apply("Expand", [x, .int64s([2, 1, 2], [3])])[0].floats == [0, 0, 1, 1, 0, 0, 1, 1])
        #expect(try apply("Expand", [.floats([5], .scalar), .int64s([3], [1])])[0].floats == [5, 5, 5])
        #expect(fault("Tile", [x, .int64s([-1, 1], [2])]) != nil)
        #expect(fault("Tile", [x, .int64s([.max, .max], [2])]) != nil)
        #expect(fault("Expand", [x, .int64s([3, 1], [2])])?.message.contains("extent 2") == true)
    }

    @Test func `shapes as values`() throws {
        let x = Tensor.counting([2, 3, 4])
        #expect(try apply("Shape", [x])[0].int64s == [2, 3, 4])
        #expect(try apply("Shape", [x], ["start": .int(-2), "end": .int(-1)])[0].int64s == [3])
        #expect(try apply("Shape", [x], ["start": .int(5)])[0].int64s == [])
        #expect(try apply("Shape", [x], ["start": .int(.min), "end": .int(.max)])[0].int64s == [2, 3, 4])
        #expect(try apply("Size", [x])[0].int64s == [24])
        #expect(try apply("Size", [.floats([1], .scalar)])[0].int64s == [1])
    }

    @Test func `reversing as far as each length says`() throws {
        let x = Tensor.counting([3, 2])
        let result = try apply("ReverseSequence", [x, .int64s([3, 2], [2])], version: 10, ["time_axis": .int(0), "batch_axis": .int(1)])
        #expect(result[0].floats == [4, 3, 2, 1, 0, 5])
        #expect(fault("ReverseSequence", [x, .int64s([4, 2], [2])], version: 10) != nil)
        #expect(fault("ReverseSequence", [x, .int64s([-1, 2], [2])], version: 10) != nil)
    }

    @Test func `cropping and padding about the middle`() throws {
        #expect(try apply("CenterCropPad", [.counting([5]), .int64s([2], [1])])[0].floats == [1, 2])
        #expect(try apply("CenterCropPad", [.floats([1, 2], [2]), .int64s([5], [1])])[0].floats == [0, 1, 2, 0, 0])
    }
}
