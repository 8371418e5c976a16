import Engine
import Tensors
import Testing

@Suite struct ReshapeTests {
    private func shape(_ dims: [Int], _ target: [Int64], _ attributes: [String: Attribute] = [:]) throws -> [Int] {
        try apply("Reshape", [.counting(Shape(dims)), .int64s(target, [target.count])], attributes)[0].shape.dims
    }

    @Test func `0 copies an extent and -1 takes what is left`() throws {
        #expect(try shape([2, 3, 4], [4, 6]) == [4, 6])
        #expect(try shape([2, 3, 4], [0, -1]) == [2, 12])
        #expect(try shape([2, 3, 4], [-1]) == [24])
        #expect(try shape([1], []) == [])
        #expect(try shape([0, 4], [0, -1]) == [0, 0])
        #expect(try shape([0, 4], [3, 0], ["allowzero": .int(1)]) == [3, 0])
    }

    @Test func `version 1 has its target in an attribute`() throws {
        let result = try apply("Reshape", [.counting([2, 3])], version: 1, ["shape": .ints([3, -1])])
        #expect(result[0].shape == [3, 2])
        #expect(result[0].floats == [0, 1, 2, 3, 4, 5])
    }

    @Test(arguments: [[5], [7, -1], [-1, -1], [0, 0, 0], [-2, 3], [Int64.max, 2], [Int64.min, 2]])
    func `a target that does not fit is refused`(_ target: [Int64]) {
        #expect(fault("Reshape", [.counting([2, 3]), .int64s(target, [target.count])]) != nil)
    }

    @Test func `flattening multiplies the extents on both sides`() throws {
        #expect(try apply("Flatten", [.counting([2, 3, 4])], ["axis": .int(2)])[0].shape == [6, 4])
        #expect(try apply("Flatten", [.counting([2, 3, 4])], ["axis": .int(0)])[0].shape == [1, 24])
        #expect(try apply("Flatten", [.counting([2, 3, 4])], ["axis": .int(-1)])[0].shape == [6, 4])
        #expect(try apply("Flatten", [.floats([1], .scalar)], ["axis": .int(0)])[0].shape == [1, 1])
        #expect(fault("Flatten", [.counting([2, 3])], ["axis": .int(3)])?.code == .malformedModel)
    }

    @Test func `axes of extent 1 come and go`() throws {
        #expect(try apply("Squeeze", [.counting([1, 3, 1])])[0].shape == [3])
        #expect(try apply("Squeeze", [.counting([1, 3, 1]), .int64s([-1], [1])])[0].shape == [1, 3])
        #expect(try apply("Squeeze", [.counting([1, 3, 1])], version: 11, ["axes": .ints([0])])[0].shape == [3, 1])
        #expect(try apply("Unsqueeze", [.counting([3]), .int64s([0, -1], [2])])[0].shape == [1, 3, 1])
        #expect(try apply("Unsqueeze", [.floats([2], .scalar), .int64s([0], [1])])[0].shape == [1])
        #expect(fault("Squeeze", [.counting([2, 3]), .int64s([0], [1])])?.message.contains("extent 2") == true)
        #expect(fault("Unsqueeze", [.counting([3]), .int64s([0, 0], [2])]) != nil)
    }
}
