import Engine
import Tensors
import Testing

@Suite struct TransposeTests {
    /// Element by element, straight from the definition.
    private func expected(_ source: Tensor, _ order: [Int]) -> [Float] {
        let shape = Shape(order.map { source.shape[$0] })
        let strides = source.shape.strides
        let values = source.floats
        return (0..<shape.count).map { index in
            var rest = index
            var offset = 0
            for axis in (0..<shape.rank).reversed() {
                offset += rest % shape[axis] * strides[order[axis]]
                rest /= shape[axis]
            }
            return values[offset]
        }
    }

    @Test(arguments: [
        ([7, 5], [1, 0]), ([64, 64], [1, 0]), ([33, 70], [1, 0]), ([2, 9, 12, 3], [0, 3, 1, 2]), ([2, 3, 9, 12], [0, 2, 3, 1]),
        ([2, 8, 4, 16], [0, 2, 1, 3]), ([3, 17, 5], [2, 1, 0]), ([4, 5, 6], [1, 2, 0]), ([2, 3, 4, 5, 6], [4, 2, 0, 3, 1]),
        ([1, 6, 1, 4], [3, 2, 1, 0]), ([0, 3], [1, 0]), ([5], [0]),
    ])
    func `every element lands where the permutation says`(_ dims: [Int], _ order: [Int]) throws {
        let source = Tensor.counting(Shape(dims))
        let result = try apply("Transpose", [source], ["perm": .ints(order)])[0]
        #expect(result.shape.dims == order.map { dims[$0] })
        #expect(result.floats == expected(source, order))
    }

    @Test func `a scalar stays, and without perm the axes are reversed`() throws {
        #expect(try apply("Transpose", [.floats([3], .scalar)])[0].floats == [3])
        #expect(try apply("Transpose", [.counting([2, 3])])[0].floats == [0, 3, 1, 4, 2, 5])
    }

    @Test(arguments: [DataType.uint8, .int16, .float32, .int64, .complex128])
    func `elements of every width move whole`(_ type: DataType) throws {
        let width = type.byteWidth
        let source = Tensor(dataType: type, shape: [3, 2])
        for index in 0..<6 * width { source.mutableBytes.storeBytes(of: UInt8(index), toByteOffset: index, as: UInt8.self) }
        let result = try apply("Transpose", [source])[0]
        let order = [0, 2, 4, 1, 3, 5]
        for (place, from) in order.enumerated() {
            for byte in 0..<width {
                #expect(result.bytes.load(fromByteOffset: place * width + byte, as: UInt8.self) == UInt8(from * width + byte))
            }
        }
    }

    @Test func `strings move as well`() throws {
        #expect(try apply("Transpose", [.strings(["a", "b", "c", "d"], [2, 2])])[0].texts == ["a", "c", "b", "d"])
    }

    @Test func `a perm that is none is the model's fault`() {
        #expect(fault("Transpose", [.counting([2, 3])], ["perm": .ints([0, 0])])?.code == .malformedModel)
        #expect(fault("Transpose", [.counting([2, 3])], ["perm": .ints([0, 5])])?.code == .malformedModel)
        #expect(fault("Transpose", [.counting([2, 3])], ["perm": .ints([0])])?.code == .malformedModel)
        #expect(fault("Transpose", [.counting([2, 3])], ["perm": .ints([.min, .max])])?.code == .malformedModel)
    }
}
