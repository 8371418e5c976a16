internal import CKernels
internal import KernelTable

@inline(__always)
private func read(_ p: UnsafePointer<Float>, _ width: Int) -> V { width == lanes ? load(p) : load(p, partial: width) }

@inline(__always)
private func write(_ v: V, _ p: UnsafeMutablePointer<Float>, _ width: Int) {
    if width == lanes { store(v, p) } else { store(v, p, partial: width) }
}

func lstm_f32(
    _ gates: UnsafePointer<Float>, _ peepholes: UnsafePointer<Float>?, _ cell: UnsafeMutablePointer<Float>,
    _ hidden: UnsafeMutablePointer<Float>, _ count: Int
) {
    var i = 0
    while i < count {
        let width = count &- i < lanes ? count &- i : lanes
        let c = read(cell + i, width)
        var input = read(gates + i, width)
        var output = read(gates + count + i, width)
        var forget = read(gates + 2 &* count + i, width)
        if let peepholes {
            input = fma(read(peepholes + i, width), c, input)
            forget = fma(read(peepholes + 2 &* count + i, width), c, forget)
        }
        let new = fma(vsigmoid(forget), c, vsigmoid(input) * vtanh(read(gates + 3 &* count + i, width)))
        if let peepholes { output = fma(read(peepholes + count + i, width), new, output) }
        write(new, cell + i, width)
        write(vsigmoid(output) * vtanh(new), hidden + i, width)
        i &+= lanes
    }
}

func gru_f32(
    _ x: UnsafePointer<Float>, _ y: UnsafePointer<Float>, _ previous: UnsafePointer<Float>, _ hidden: UnsafeMutablePointer<Float>,
    _ count: Int
) {
    var i = 0
    while i < count {
        let width = count &- i < lanes ? count &- i : lanes
        let z = vsigmoid(read(x + i, width) + read(y + i, width))
        let r = vsigmoid(read(x + count + i, width) + read(y + count + i, width))
        let n = vtanh(fma(r, read(y + 2 &* count + i, width), read(x + 2 &* count + i, width)))
        write(fma(z, read(previous + i, width), (splat(1) - z) * n), hidden + i, width)
        i &+= lanes
    }
}

func makeRecurrentKernels() -> RecurrentKernels { RecurrentKernels(lstm: lstm_f32, gru: gru_f32) }
