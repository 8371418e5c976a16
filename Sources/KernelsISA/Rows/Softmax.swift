internal import CKernels

@inline(never)
private func logScalar(_ x: Float) -> Float { vlog(splat(x))[0] }

func softmax_rows_f32(_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ rows: Int, _ columns: Int) {
    var r = 0
    while r < rows {
        let from = x + r &* columns
        let to = y + r &* columns
        let maximum = splat(rowMaximum(from, columns))
        let sum = rowSum(
            columns,
            {
                let e = vexp(load(from + $0) - maximum)
                store(e, to + $0)
                return e
            },
            {
                let e = vexp(load(from + $0, partial: $1) - maximum)
                store(e, to + $0, partial: $1)
                return keep($1, e, 0)
            })
        let scale = splat(1 / sum)
        map(to, to, columns) { $0 * scale }
        r &+= 1
    }
}

func log_softmax_rows_f32(_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ rows: Int, _ columns: Int) {
    var r = 0
    while r < rows {
        let from = x + r &* columns
        let maximum = splat(rowMaximum(from, columns))
        let sum = rowSum(
            columns, { vexp(load(from + $0) - maximum) }, { keep($1, vexp(load(from + $0, partial: $1) - maximum), 0) })
        let logarithm = splat(logScalar(sum))
        map(from, y + r &* columns, columns) { ($0 - maximum) - logarithm }
        r &+= 1
    }
}
