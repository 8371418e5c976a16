internal import CKernels

// F(4×4, 3×3) at the points 0, ±¾, ±1½ and infinity. A line of six inputs d, a line of three weights g and a line of four
// outputs y are tied by y = Aᵀ((G·g) ⊙ (Bᵀ·d)); in two dimensions every line is transformed along both axes. The usual
// points 0, ±1, ±2 need two multiplications fewer a line, and make five times the error: these keep it near the direct sum's.

/// Squares of the points.
@inline(__always) private var a2: Float { 0.5625 }
@inline(__always) private var b2: Float { 2.25 }

/// Bᵀ·d
@inline(__always)
private func inputLine(_ d0: V, _ d1: V, _ d2: V, _ d3: V, _ d4: V, _ d5: V) -> (V, V, V, V, V, V) {
    let evenA = fma(splat(-b2), d2, d4)
    let oddA = splat(0.75) * fma(splat(-b2), d1, d3)
    let evenB = fma(splat(-a2), d2, d4)
    let oddB = splat(1.5) * fma(splat(-a2), d1, d3)
    return (
        fma(splat(a2 * b2), d0, fma(splat(-a2 - b2), d2, d4)), evenA + oddA, evenA - oddA, evenB + oddB, evenB - oddB,
        fma(splat(a2 * b2), d1, fma(splat(-a2 - b2), d3, d5))
    )
}

/// Aᵀ·m
@inline(__always)
private func outputLine(_ m0: V, _ m1: V, _ m2: V, _ m3: V, _ m4: V, _ m5: V) -> (V, V, V, V) {
    let sumA = m1 + m2
    let differenceA = m1 - m2
    let sumB = m3 + m4
    let differenceB = m3 - m4
    return (
        m0 + sumA + sumB, fma(splat(0.75), differenceA, splat(1.5) * differenceB), fma(splat(a2), sumA, splat(b2) * sumB),
        fma(splat(0.75 * a2), differenceA, fma(splat(1.5 * b2), differenceB, m5))
    )
}

/// Six by six pixels to six by six transformed ones, `stride` floats apart.
///
/// - Parameters:
///   - pixel: the pixel at a row and a column of the tile.
///   - temporary: 36 vectors.
@inline(__always)
func winogradInput(_ to: UnsafeMutablePointer<Float>, _ stride: Int, _ temporary: UnsafeMutablePointer<Float>, _ pixel: (Int, Int) -> V) {
    var column = 0
    while column < 6 {
        let t = inputLine(pixel(0, column), pixel(1, column), pixel(2, column), pixel(3, column), pixel(4, column), pixel(5, column))
        let at = temporary + column &* lanes
        let row = 6 &* lanes
        store(t.0, at)
        store(t.1, at + row)
        store(t.2, at + 2 &* row)
        store(t.3, at + 3 &* row)
        store(t.4, at + 4 &* row)
        store(t.5, at + 5 &* row)
        column &+= 1
    }
    var row = 0
    while row < 6 {
        let at = temporary + row &* 6 &* lanes
        let t = inputLine(
            load(at), load(at + lanes), load(at + 2 &* lanes), load(at + 3 &* lanes), load(at + 4 &* lanes), load(at + 5 &* lanes))
        let target = to + row &* 6 &* stride
        store(t.0, target)
        store(t.1, target + stride)
        store(t.2, target + 2 &* stride)
        store(t.3, target + 3 &* stride)
        store(t.4, target + 4 &* stride)
        store(t.5, target + 5 &* stride)
        row &+= 1
    }
}

/// Six by six products, `stride` floats apart, to four by four sums.
@inline(__always)
func winogradOutput(
    _ from: UnsafePointer<Float>, _ stride: Int, _ temporary: UnsafeMutablePointer<Float>, _ put: (_ row: Int, _ column: Int, V) -> Void
) {
    var column = 0
    while column < 6 {
        let at = from + column &* stride
        let row = 6 &* stride
        let t = outputLine(load(at), load(at + row), load(at + 2 &* row), load(at + 3 &* row), load(at + 4 &* row), load(at + 5 &* row))
        let target = temporary + column &* lanes
        store(t.0, target)
        store(t.1, target + 6 &* lanes)
        store(t.2, target + 12 &* lanes)
        store(t.3, target + 18 &* lanes)
        column &+= 1
    }
    var row = 0
    while row < 4 {
        let at = UnsafePointer(temporary + row &* 6 &* lanes)
        let t = outputLine(
            load(at), load(at + lanes), load(at + 2 &* lanes), load(at + 3 &* lanes), load(at + 4 &* lanes), load(at + 5 &* lanes))
        put(row, 0, t.0)
        put(row, 1, t.1)
        put(row, 2, t.2)
        put(row, 3, t.3)
        row &+= 1
    }
}

/// G·g for one line, in double precision: weights are transformed once.
@inline(__always)
private func weightLine(_ g0: Double, _ g1: Double, _ g2: Double, _ index: Int) -> Double {
    let point = index == 1 ? 0.75 : index == 2 ? -0.75 : index == 3 ? 1.5 : -1.5
    let value = g0 + point * (g1 + point * g2)
    switch index {
    case 0: return g0 / (0.5625 * 2.25)
    case 1, 2: return value / (2 * 0.5625 * (0.5625 - 2.25))
    case 3, 4: return value / (2 * 2.25 * (2.25 - 0.5625))
    default: return g2
    }
}

/// One of the 36 transformed weights of a 3×3 filter.
@inline(__always)
func winogradWeight(_ w: UnsafePointer<Float>, _ row: Int, _ column: Int) -> Float {
    let a = weightLine(Double(w[0]), Double(w[3]), Double(w[6]), row)
    let b = weightLine(Double(w[1]), Double(w[4]), Double(w[7]), row)
    let c = weightLine(Double(w[2]), Double(w[5]), Double(w[8]), row)
    return Float(weightLine(a, b, c, column))
}
