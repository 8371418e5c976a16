import Engine
import Tensors
import Testing

@Suite struct SelectionTests {
    @Test func `of equal elements the first comes first`() throws {
        let x = Tensor.floats([3, 1, 3, 2, .nan, 3], [6])
        let largest = try apply("TopK", [x, .int64s([4], [1])], outputs: 2)
        #expect(largest[1].int64s == [4, 0, 2, 5])
        let smallest = try apply("TopK", [x, .int64s([3], [1])], outputs: 2, ["largest": .int(0)])
        #expect(smallest[0].floats == [1, 2, 3])
        #expect(smallest[1].int64s == [1, 3, 0])
    }

    @Test func `along any axis, for none and for all`() throws {
        let x = Tensor.floats([1, 6, 5, 2, 3, 4], [3, 2])
        let result = try apply("TopK", [x, .int64s([2], [1])], outputs: 2, ["axis": .int(0)])
        #expect(result[0].floats == [5, 6, 3, 4])
        #expect(result[1].int64s == [1, 0, 2, 2])
        #expect(try apply("TopK", [x, .int64s([0], [1])], outputs: 2)[0].shape == [3, 0])
        #expect(fault("TopK", [x, .int64s([3], [1])], outputs: 2) != nil)
        #expect(fault("TopK", [x, .int64s([-1], [1])], outputs: 2) != nil)
    }

    @Test func `a heap agrees with sorting`() throws {
        var state: UInt64 = 88_172_645_463_325_252
        let values = (0..<1000).map { _ -> Int64 in
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return Int64(state % 100)
        }
        let expected = values.indices.sorted { values[$0] > values[$1] || values[$0] == values[$1] && $0 < $1 }
        for k in [1, 2, 17, 999, 1000] {
            let found = try apply("TopK", [.int64s(values, [1000]), .int64s([Int64(k)], [1])], outputs: 2)[1].int64s
            #expect(found == expected.prefix(k).map(Int64.init))
        }
    }

    @Test func `distinct elements, in order or as they come`() throws {
        let x = Tensor.floats([2, 1, 1, 3, 4, 3], [6])
        let sorted = try apply("Unique", [x], outputs: 4)
        #expect(sorted[0].floats == [1, 2, 3, 4])
        #expect(sorted[1].int64s == [1, 0, 3, 4])
        #expect(sorted[2].int64s == [1, 0, 0, 2, 3, 2])
        #expect(sorted[3].int64s == [2, 1, 2, 1])
        #expect(try apply("Unique", [x], ["sorted": .int(0)])[0].floats == [2, 1, 3, 4])
        #expect(try apply("Unique", [.counting([2, 0])])[0].shape == [0])
        let rows = try apply("Unique", [.floats([1, 0, 1, 0, 0, 9], [3, 2])], outputs: 3, ["axis": .int(0)])
        #expect(rows[0].floats == [0, 9, 1, 0])
        #expect(rows[2].int64s == [1, 1, 0])
        #expect(try apply("Unique", [.strings(["b", "a", "b"], [3])])[0].texts == ["a", "b"])
    }

    @Test func `coordinates of what is not zero`() throws {
        #expect(try apply("NonZero", [.floats([0, -0.0, .nan, 1], [2, 2])])[0].int64s == [1, 1, 0, 1])
        #expect(try apply("NonZero", [.floats([5], .scalar)])[0].shape == [1, 1])
        #expect(try apply("NonZero", [.counting([0, 3])])[0].shape == [2, 0])
    }

    @Test func `slices that a condition keeps`() throws {
        let x = Tensor.counting([3, 2])
        let condition = Tensor([UInt8(0), 1, 1], dataType: .bool, shape: [3])
        #expect(try apply("Compress", [x, condition], ["axis": .int(0)])[0].floats == [2, 3, 4, 5])
        #expect(try apply("Compress", [x, condition])[0].floats == [1, 2])
        #expect(fault("Compress", [x, condition], ["axis": .int(1)])?.message.contains("index 2") == true)
    }

    @Test func `marks at positions`() throws {
        let values = Tensor.floats([0, 5], [2])
        let result = try apply("OneHot", [.int64s([1, -1, 7], [3]), .int64s([3], .scalar), values])[0]
        #expect(result.floats == [0, 5, 0, 0, 0, 5, 0, 0, 0])
        #expect(try apply("OneHot", [.floats([1.9], [1]), .floats([2], .scalar), values], ["axis": .int(0)])[0].floats == [0, 5])
        #expect(try apply("OneHot", [.floats([.nan], [1]), .int64s([2], .scalar), values])[0].floats == [0, 0])
        #expect(fault("OneHot", [.int64s([1], [1]), .int64s([-1], .scalar), values]) != nil)
        #expect(fault("OneHot", [.int64s([1], [1]), .int64s([.max], .scalar), values]) != nil)
    }
}
