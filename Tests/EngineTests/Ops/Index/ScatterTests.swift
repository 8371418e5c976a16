import Engine
import Tensors
import Testing

@Suite struct ScatterTests {
    private func scatter(_ reduction: String, _ data: Tensor, _ updates: Tensor) throws -> Tensor {
        try apply("ScatterElements", [data, .int64s([1, 1, -1], [3]), updates], ["reduction": .string(ByteString(reduction))])[0]
    }

    @Test func `the last of several updates stays, unless they are combined`() throws {
        let data = Tensor.floats([1, 2, 3], [3])
        let updates = Tensor.floats([5, 6, 7], [3])
        #expect(try scatter("none", data, updates).floats == [1, 6, 7])
        #expect(try scatter("add", data, updates).floats == [1, 13, 10])
        #expect(try scatter("mul", data, updates).floats == [1, 60, 21])
        #expect(try scatter("max", data, updates).floats == [1, 6, 7])
        #expect(try scatter("min", data, updates).floats == [1, 2, 3])
    }

    @Test func `integers wrap, a value that is no number spreads`() throws {
        #expect(try scatter("add", .int64s([0, .max, 0], [3]), .int64s([1, 0, 0], [3])).int64s == [0, .min, 0])
        #expect(try scatter("max", .floats([0, 1, .nan], [3]), .floats([.nan, 2, 3], [3])).floats.map(\.isNaN) == [false, true, true])
    }

    @Test func `slices by tuples`() throws {
        let data = Tensor.counting([3, 2])
        let result = try apply("ScatterND", [data, .int64s([2, 0], [2, 1]), .floats([9, 9, 8, 8], [2, 2])])[0]
        #expect(result.floats == [8, 8, 2, 3, 9, 9])
        #expect(data.floats == [0, 1, 2, 3, 4, 5])
        #expect(fault("ScatterND", [data, .int64s([3], [1, 1]), .floats([9, 9], [1, 2])])?.message.contains("index 3") == true)
        #expect(fault("ScatterND", [data, .int64s([0], [1, 1]), .floats([9], [1, 1])]) != nil)
    }

    @Test func `the old name and strings`() throws {
        let result = try apply("Scatter", [.strings(["a", "b"], [2]), .int64s([1], [1]), .strings(["z"], [1])], version: 9)
        #expect(result[0].texts == ["a", "z"])
        #expect(
            fault("ScatterElements", [.strings(["a"], [1]), .int64s([0], [1]), .strings(["z"], [1])], ["reduction": .string("add")]) != nil)
    }

    @Test func `a ring goes on at its beginning`() throws {
        let cache = Tensor.floats([0, 0, 0, 0], [1, 4, 1])
        let update = Tensor.floats([1, 2, 3], [1, 3, 1])
        let ring = try apply("TensorScatter", [cache, update, .int64s([3], [1])], version: 24, ["mode": .string("circular")])
        #expect(ring[0].floats == [2, 3, 0, 1])
        #expect(fault("TensorScatter", [cache, update, .int64s([3], [1])], version: 24) != nil)
        #expect(fault("TensorScatter", [cache, update, .int64s([.min], [1])], version: 24) != nil)
    }
}
