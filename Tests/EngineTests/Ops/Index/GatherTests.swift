import Engine
import Tensors
import Testing

@Suite struct GatherTests {
    @Test func `slices by position, negative ones from the end`() throws {
        let x = Tensor.counting([3, 2])
        #expect(try apply("Gather", [x, .int64s([2, -3], [2])])[0].floats == [4, 5, 0, 1])
        #expect(try apply("Gather", [x, .int64s([1], .scalar)], ["axis": .int(1)])[0].floats == [1, 3, 5])
        #expect(try apply("Gather", [x, Tensor([Int32(0), 2], dataType: .int32, shape: [2])])[0].floats == [0, 1, 4, 5])
        #expect(try apply("Gather", [x, .int64s([], [0, 4])])[0].shape == [0, 4, 2])
        #expect(try apply("Gather", [.strings(["a", "b"], [2]), .int64s([1, 1], [2])])[0].texts == ["b", "b"])
    }

    @Test(arguments: [3, -4, Int64.max, .min])
    func `a position out of range names itself and the extent`(_ index: Int64) {
        for name in ["Gather", "GatherElements"] {
            let error = fault(name, [.counting([3]), .int64s([0, index], [2])])
            #expect(error?.message == "index \(index) is out of range for an extent of 3")
        }
        #expect(fault("GatherND", [.counting([3]), .int64s([index], [1])])?.message == "index \(index) is out of range for an extent of 3")
    }

    @Test func `elements by position along each axis`() throws {
        let x = Tensor.counting([2, 3])
        #expect(try apply("GatherElements", [x, .int64s([2, 0, 1, -1], [2, 2])], ["axis": .int(1)])[0].floats == [2, 0, 4, 5])
        #expect(try apply("GatherElements", [x, .int64s([1, 0, 1], [1, 3])], ["axis": .int(0)])[0].floats == [3, 1, 5])
        #expect(fault("GatherElements", [x, .int64s([0, 0, 0], [3, 1])], ["axis": .int(1)]) != nil)
    }

    @Test func `slices by tuples`() throws {
        let x = Tensor.counting([2, 2, 2])
        #expect(try apply("GatherND", [x, .int64s([0, 1, 1, 0], [2, 2])])[0].floats == [2, 3, 4, 5])
        #expect(try apply("GatherND", [x, .int64s([1, 0], [2, 1])], ["batch_dims": .int(1)])[0].floats == [2, 3, 4, 5])
        #expect(try apply("GatherND", [x, .int64s([], [0, 2])])[0].shape == [0, 2])
        #expect(fault("GatherND", [x, .int64s([0, 0, 0, 0], [1, 4])]) != nil)
        #expect(fault("GatherND", [x, .int64s([0], .scalar)]) != nil)
        #expect(fault("GatherND", [x, .int64s([0], [1])], ["batch_dims": .int(-1)]) != nil)
    }
}
