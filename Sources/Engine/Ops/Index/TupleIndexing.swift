import Tensors

/// Where the slices that tuples of positions name lie in the data.
struct TupleIndexing {
    /// Elements of one slice.
    let inner: Int
    let tupleCount: Int
    private let length: Int
    private let batchCount: Int
    private let batchStride: Int
    private let extents: [Int]
    private let strides: [Int]

    /// - Precondition: `batch + length of a tuple <= data.rank`.
    init(data: Shape, indices: Shape, batch: Int) {
        length = indices.dims.last ?? 0
        tupleCount = indices.count(in: 0..<max(0, indices.rank - 1))
        inner = data.count(in: batch + length..<data.rank)
        batchCount = data.count(in: 0..<batch)
        batchStride = data.count(in: batch..<data.rank)
        extents = Array(data.dims[batch..<batch + length])
        let all = data.strides
        strides = Array(all[batch..<batch + length])
    }

    /// Throws for the first position that is out of range.
    func check(_ indices: IndexReader) throws(EngineError) {
        for tuple in 0..<tupleCount {
            for place in 0..<length {
                let position = indices[tuple * length + place]
                let extent = extents[place]
                guard position >= -extent, position < extent else {
                    throw IndexReader.outOfRange(position, extent: extent)
                }
            }
        }
    }

    /// The offset of the first element of the slice that `tuple` names.
    @inline(__always)
    func offset(of tuple: Int, _ indices: IndexReader) -> Int {
        var offset = batchCount <= 1 ? 0 : tuple / (tupleCount / batchCount) * batchStride
        for place in 0..<length {
            offset += indices.resolved(tuple * length + place, extent: extents[place]) * strides[place]
        }
        return offset
    }
}
