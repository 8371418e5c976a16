/// Writes the transpose of a matrix whose rows, and those of the result, may lie apart.
///
/// `target[column * targetStride + row] = source[row * sourceStride + column]`. Both strides count elements.
@inline(__always)
func transposeMatrix<Element>(
    rows: Int, columns: Int, from source: UnsafePointer<Element>, sourceStride: Int,
    to target: UnsafeMutablePointer<Element>, targetStride: Int
) {
    if Element.self == UInt32.self {
        transposeWords(
            rows: rows, columns: columns,
            from: UnsafeRawPointer(source).assumingMemoryBound(to: UInt32.self), sourceStride: sourceStride,
            to: UnsafeMutableRawPointer(target).assumingMemoryBound(to: UInt32.self), targetStride: targetStride)
        return
    }
    transposeBlock(
        rows: 0..<rows, columns: 0..<columns, from: source, sourceStride: sourceStride, to: target,
        targetStride: targetStride)
}

/// Element by element in blocks that stay in the first-level cache.
@inline(__always)
private func transposeBlock<Element>(
    rows: Range<Int>, columns: Range<Int>, from source: UnsafePointer<Element>, sourceStride: Int,
    to target: UnsafeMutablePointer<Element>, targetStride: Int
) {
    let block = 32
    var top = rows.lowerBound
    while top < rows.upperBound {
        let bottom = min(top + block, rows.upperBound)
        for column in columns {
            let line = target + column * targetStride
            var from = source + (top * sourceStride + column)
            for row in top..<bottom {
                line[row] = from.pointee
                from += sourceStride
            }
        }
        top = bottom
    }
}

/// Four by four words at a time in registers, in strips of rows that keep the written lines in the cache.
private func transposeWords(
    rows: Int, columns: Int, from source: UnsafePointer<UInt32>, sourceStride: Int,
    to target: UnsafeMutablePointer<UInt32>, targetStride: Int
) {
    let strip = 16
    let wholeRows = rows & ~3
    let wholeColumns = columns & ~3
    var top = 0
    while top < wholeRows {
        let bottom = min(top + strip, wholeRows)
        var column = 0
        while column < wholeColumns {
            var row = top
            while row < bottom {
                transposeTile(
                    from: source + (row * sourceStride + column), sourceStride: sourceStride,
                    to: target + (column * targetStride + row), targetStride: targetStride)
                row += 4
            }
            column += 4
        }
        top = bottom
    }
    transposeBlock(
        rows: 0..<wholeRows, columns: wholeColumns..<columns, from: source, sourceStride: sourceStride, to: target,
        targetStride: targetStride)
    transposeBlock(
        rows: wholeRows..<rows, columns: 0..<columns, from: source, sourceStride: sourceStride, to: target,
        targetStride: targetStride)
}

@inline(__always)
private func transposeTile(
    from source: UnsafePointer<UInt32>, sourceStride: Int, to target: UnsafeMutablePointer<UInt32>, targetStride: Int
) {
    typealias Quad = SIMD4<UInt32>
    let from = UnsafeRawPointer(source)
    let stride = sourceStride * 4
    let upper = SIMD8(
        lowHalf: from.loadUnaligned(as: Quad.self), highHalf: from.loadUnaligned(fromByteOffset: stride, as: Quad.self))
    let lower = SIMD8(
        lowHalf: from.loadUnaligned(fromByteOffset: 2 * stride, as: Quad.self),
        highHalf: from.loadUnaligned(fromByteOffset: 3 * stride, as: Quad.self))
    let even = SIMD8(lowHalf: upper.evenHalf, highHalf: lower.evenHalf)
    let odd = SIMD8(lowHalf: upper.oddHalf, highHalf: lower.oddHalf)
    let to = UnsafeMutableRawPointer(target)
    let step = targetStride * 4
    to.storeBytes(of: even.evenHalf, as: Quad.self)
    to.storeBytes(of: odd.evenHalf, toByteOffset: step, as: Quad.self)
    to.storeBytes(of: even.oddHalf, toByteOffset: 2 * step, as: Quad.self)
    to.storeBytes(of: odd.oddHalf, toByteOffset: 3 * step, as: Quad.self)
}
