internal import CKernels
internal import KernelTable

/// Queries worked on at a time.
@inline(__always) private var blockQueries: Int { 4 &* tileRows }

@inline(__always)
private func larger(_ a: Int, _ b: Int) -> Int { a > b ? a : b }

/// Packed keys, packed values, scores, and what the products themselves want.
func attention_f32_scratch(_ queries: Int, _ keys: Int, _ depth: Int, _ valueDepth: Int) -> Int {
    let rows = queries < blockQueries ? queries : blockQueries
    return gemm_f32_packed_floats(depth, keys) &+ gemm_f32_packed_floats(keys, valueDepth) &+ rows &* keys
        &+ larger(gemm_f32_scratch(rows, keys, depth), gemm_f32_scratch(rows, valueDepth, keys))
}

func attention_f32(_ a: Attention) {
    guard a.queries > 0, a.valueDepth > 0 else { return }
    let packedKeys = a.scratch
    let packedValues = packedKeys + gemm_f32_packed_floats(a.depth, a.keys)
    let scores = packedValues + gemm_f32_packed_floats(a.keys, a.valueDepth)
    let most = a.queries < blockQueries ? a.queries : blockQueries
    let scratch = scores + most &* a.keys
    gemm_f32_pack_b(a.k, 1, a.kRowStride, a.depth, a.keys, packedKeys)
    gemm_f32_pack_b(a.v, a.vRowStride, 1, a.keys, a.valueDepth, packedValues)
    var row = 0
    while row < a.queries {
        let rows = a.queries &- row < most ? a.queries &- row : most
        gemm_f32(
            GemmF32(
                rows: rows, columns: a.keys, depth: a.depth, a: a.q + row &* a.qRowStride, aRowStride: a.qRowStride,
                packedB: UnsafePointer(packedKeys), c: scores, cRowStride: a.keys,
                epilogue: Epilogue(
                    scale: a.scale, residual: a.mask.map { $0 + row &* a.maskRowStride }, residualRowStride: a.maskRowStride),
                scratch: scratch))
        if let offset = a.causalOffset { hideLaterKeys(scores, row, rows, a.keys, offset) }
        softmax_rows_f32(UnsafePointer(scores), scores, rows, a.keys)
        gemm_f32(
            GemmF32(
                rows: rows, columns: a.valueDepth, depth: a.keys, a: UnsafePointer(scores), aRowStride: a.keys,
                packedB: UnsafePointer(packedValues), c: a.output + row &* a.outputRowStride, cRowStride: a.outputRowStride,
                scratch: scratch))
        row &+= rows
    }
}

private func hideLaterKeys(_ scores: UnsafeMutablePointer<Float>, _ first: Int, _ rows: Int, _ keys: Int, _ offset: Int) {
    var r = 0
    while r < rows {
        let seen = first &+ r &+ offset &+ 1
        var n = seen < 0 ? 0 : seen
        while n < keys {
            scores[r &* keys &+ n] = -.infinity
            n &+= 1
        }
        r &+= 1
    }
}

func makeAttentionKernels() -> AttentionKernels {
    AttentionKernels(scratchFloats: attention_f32_scratch, attend: attention_f32)
}
