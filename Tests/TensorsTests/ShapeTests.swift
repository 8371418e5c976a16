import Tensors
import Testing

@Suite struct ShapeTests {
    @Test func `a scalar has one element`() {
        #expect(Shape.scalar.count == 1 && Shape.scalar.rank == 0 && Shape.scalar.strides == [])
    }

    @Test func `strides are row-major`() {
        #expect(Shape([2, 3, 4]).strides == [12, 4, 1])
    }

    @Test(arguments: [[-1], [Int.max, 2], [1 << 32, 1 << 32], [Int.max / 2, 0, 9, -3]])
    func `extents from outside are refused when they cannot be`(dims: [Int]) {
        #expect(Shape(checking: dims) == nil)
    }

    @Test func `a zero extent makes any other size harmless`() {
        #expect(Shape(checking: [1 << 20, 0, 5])?.count == 0)
    }
}
