import Serving
import Testing

@Suite struct `extents of a tensor` {
    @Test(arguments: 0...12) func `hold any number of axes`(rank: Int) {
        var dims = Dims((0..<rank).map { $0 + 1 })
        #expect(dims.count == rank)
        #expect(dims.array == (0..<rank).map { $0 + 1 })
        if rank > 0 {
            dims[rank - 1] = 77
            #expect(dims[rank - 1] == 77)
            #expect(dims != Dims((0..<rank).map { $0 + 1 }))
        }
        #expect(dims == Dims(dims.array))
        #expect(dims.hashValue == Dims(dims.array).hashValue)
    }

    @Test func `count elements without trapping`() {
        #expect(Dims([]).checkedCount == 1)
        #expect(Dims([2, 3, 4]).checkedCount == 24)
        #expect(Dims([2, 0, 4]).checkedCount == 0)
        #expect(Dims([2, -1]).checkedCount == nil)
        #expect(Dims([.max, 2]).checkedCount == nil)
        #expect(Dims([.max, .max, .max]).checkedCount == nil)
        #expect(Dims([0, .max, .max]).checkedCount == nil || Dims([0, .max, .max]).checkedCount == 0)
    }
}
