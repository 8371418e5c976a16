internal import CKernels
internal import KernelTable

/// y = (x − mean)·factor·scale + bias
@inline(__always)
private func normalise(
    _ x: UnsafePointer<Float>, _ mean: V, _ factor: V, _ scale: UnsafePointer<Float>?, _ bias: UnsafePointer<Float>?,
    _ y: UnsafeMutablePointer<Float>, _ columns: Int
) {
    sweep(columns) { i in
        var v = (load(x + i) - mean) * factor
        if let scale { v = v * load(scale + i) }
        if let bias { v = v + load(bias + i) }
        store(v, y + i)
    } tail: { i, left in
        var v = (load(x + i, partial: left) - mean) * factor
        if let scale { v = v * load(scale + i, partial: left) }
        if let bias { v = v + load(bias + i, partial: left) }
        store(v, y + i, partial: left)
    }
}

func layer_norm_rows_f32(
    _ x: UnsafePointer<Float>, _ scale: UnsafePointer<Float>?, _ bias: UnsafePointer<Float>?, _ epsilon: Float,
    _ y: UnsafeMutablePointer<Float>, _ rows: Int, _ columns: Int
) {
    let count = Float(columns)
    var r = 0
    while r < rows {
        let from = x + r &* columns
        let mean = splat(rowSum(from, columns, Same()) / count)
        let squares = rowSum(from, columns, CentredSquare(mean: mean))
        let factor = splat(1 / (squares / count + epsilon).squareRoot())
        normalise(from, mean, factor, scale, bias, y + r &* columns, columns)
        r &+= 1
    }
}

func rms_norm_rows_f32(
    _ x: UnsafePointer<Float>, _ scale: UnsafePointer<Float>?, _ bias: UnsafePointer<Float>?, _ epsilon: Float,
    _ y: UnsafeMutablePointer<Float>, _ rows: Int, _ columns: Int
) {
    let count = Float(columns)
    var r = 0
    while r < rows {
        let from = x + r &* columns
        let squares = rowSum(from, columns, Squared())
        let factor = splat(1 / (squares / count + epsilon).squareRoot())
        normalise(from, splat(0), factor, scale, bias, y + r &* columns, columns)
        r &+= 1
    }
}

func makeRowKernels() -> RowKernels {
    RowKernels(
        softmax: softmax_rows_f32, logSoftmax: log_softmax_rows_f32, layerNorm: layer_norm_rows_f32, rmsNorm: rms_norm_rows_f32,
        sum: sum_rows_f32, sumOfSquares: sum_squares_rows_f32, maximum: max_rows_f32, minimum: min_rows_f32,
        sumOfRows: sum_of_rows_f32)
}
