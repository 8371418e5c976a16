internal import Tensors

// Taking tensors apart along an axis and putting them together again, for any element type.
extension Tensor {
    /// The slices at `range` of `axis`; a view where they lie together.
    func slice(axis: Int, _ range: Range<Int>) -> Tensor {
        var dims = shape.dims
        dims[axis] = range.count
        let inner = shape.count(in: axis + 1..<shape.rank)
        let outer = shape.count(in: 0..<axis)
        let target = Shape(dims)
        if dataType == .string {
            var strings: [ByteString] = []
            strings.reserveCapacity(target.count)
            for block in 0..<outer {
                let start = (block * shape[axis] + range.lowerBound) * inner
                strings += self.strings[start..<start + range.count * inner]
            }
            return Tensor(strings: strings, shape: target)
        }
        let width = dataType.byteWidth
        if outer == 1 {
            return Tensor(
                dataType: dataType, shape: target, storage: storage, byteOffset: byteOffset + range.lowerBound * inner * width)
        }
        let result = Tensor(dataType: dataType, shape: target)
        let size = range.count * inner * width
        for block in 0..<outer where size > 0 {
            let start = (block * shape[axis] + range.lowerBound) * inner * width
            (result.mutableBytes + block * size).copyMemory(from: bytes + start, byteCount: size)
        }
        return result
    }

    /// Slice `index` of `axis`, without that axis.
    func element(axis: Int, _ index: Int) -> Tensor {
        let slice = slice(axis: axis, index..<index + 1)
        var dims = slice.shape.dims
        dims.remove(at: axis)
        return slice.reshaped(to: Shape(dims))
    }

    /// The tensor with an axis of extent 1 put in at `axis`.
    func unsqueezed(axis: Int) -> Tensor {
        var dims = shape.dims
        dims.insert(1, at: axis)
        return reshaped(to: Shape(dims))
    }

    /// One after the other along `axis`.
    ///
    /// - Throws: when types, ranks or the other extents differ, or nothing is given.
    static func concatenated(_ pieces: [Tensor], axis: Int, limitBytes: Int = EngineLimits().planBytes) throws(EngineError) -> Tensor {
        guard let first = pieces.first else { throw EngineError(.invalidInput, "nothing to concatenate") }
        guard axis >= 0, axis < first.shape.rank else {
            throw EngineError(.invalidInput, "axis \(axis) of tensors of rank \(first.shape.rank)")
        }
        var total = 0
        for piece in pieces {
            var dims = piece.shape.dims
            guard piece.dataType == first.dataType, dims.count == first.shape.rank else {
                throw EngineError(.invalidInput, "\(piece.dataType)\(piece.shape) beside \(first.dataType)\(first.shape)")
            }
            total += dims[axis]
            dims[axis] = first.shape[axis]
            guard dims == first.shape.dims else {
                throw EngineError(.invalidInput, "shape \(piece.shape) beside \(first.shape) along axis \(axis)")
            }
        }
        var dims = first.shape.dims
        dims[axis] = total
        guard let shape = Shape(checking: dims), shape.count <= limitBytes / max(first.dataType.byteWidth, 1) else { throw EngineError(.resourceExhausted, "the result has the shape \(dims)") }
        let inner = shape.count(in: axis + 1..<shape.rank)
        let outer = shape.count(in: 0..<axis)
        if first.dataType == .string {
            var strings: [ByteString] = []
            strings.reserveCapacity(shape.count)
            for block in 0..<outer {
                for piece in pieces {
                    let size = piece.shape[axis] * inner
                    strings += piece.strings[block * size..<(block + 1) * size]
                }
            }
            return Tensor(strings: strings, shape: shape)
        }
        let result = Tensor(dataType: first.dataType, shape: shape)
        var position = 0
        for block in 0..<outer {
            for piece in pieces {
                let size = piece.shape[axis] * inner * first.dataType.byteWidth
                if size > 0 { (result.mutableBytes + position).copyMemory(from: piece.bytes + block * size, byteCount: size) }
                position += size
            }
        }
        return result
    }
}
