/// A type that elements are interpolated in.
protocol Interpolated: Real {
    /// y [outer, output, inner] from x [outer, input, inner] along one axis, taps in order.
    static func interpolate(
        _ run: NodeRun, _ x: UnsafePointer<Self>, _ outer: Int, _ inner: Int, _ axis: ResampledAxis, _ outside: Self,
        _ y: UnsafeMutablePointer<Self>)
}

extension Float: Interpolated {
    static func interpolate(
        _ run: NodeRun, _ x: UnsafePointer<Float>, _ outer: Int, _ inner: Int, _ axis: ResampledAxis, _ outside: Float,
        _ y: UnsafeMutablePointer<Float>
    ) { resample(run, x, outer, inner, axis, outside, y) }
}

extension Double: Interpolated {
    static func interpolate(
        _ run: NodeRun, _ x: UnsafePointer<Double>, _ outer: Int, _ inner: Int, _ axis: ResampledAxis, _ outside: Double,
        _ y: UnsafeMutablePointer<Double>
    ) { resample(run, x, outer, inner, axis, outside, y) }
}

@inline(__always)
private func resample<T: Real>(
    _ run: NodeRun, _ x: UnsafePointer<T>, _ outer: Int, _ inner: Int, _ axis: ResampledAxis, _ outside: T, _ y: UnsafeMutablePointer<T>
) {
    let (input, output, taps) = (axis.extent.input, axis.extent.output, axis.taps)
    axis.positions.withUnsafeBufferPointer { positions in
        axis.weights.withUnsafeBufferPointer { weights in
            run.parallel(outer, costPerPiece: 2 &* output &* taps &* inner) { range in
                for slice in range {
                    let (source, target) = (x + slice * input * inner, y + slice * output * inner)
                    for j in 0..<output {
                        let line = target + j * inner
                        if !axis.outside.isEmpty, axis.outside[j] {
                            line.update(repeating: outside, count: inner)
                            continue
                        }
                        if inner == 1 {
                            var sum: T = 0
                            for tap in j * taps..<(j + 1) * taps { sum += T(weights[tap]) * source[positions[tap]] }
                            line[0] = sum
                            continue
                        }
                        line.update(repeating: 0, count: inner)
                        for tap in j * taps..<(j + 1) * taps {
                            let (weight, values) = (T(weights[tap]), source + positions[tap] * inner)
                            for i in 0..<inner { line[i] += weight * values[i] }
                        }
                    }
                }
            }
        }
    }
}
