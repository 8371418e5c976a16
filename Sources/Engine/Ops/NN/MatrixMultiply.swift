internal import Tensors

/// One product of strided matrices: c[i,j] = (c[i,j] or 0) + Σ a[i,p]·b[p,j], each element summed in the order of p.
///
/// The bits of an element depend on its row of a, its column of b and k, and on nothing else.
struct MatrixMultiply {
    var m: Int
    var n: Int
    var k: Int
    /// Elements from one row, and from one column, of `a` to the next.
    var aStrides: (row: Int, column: Int)
    var bStrides: (row: Int, column: Int)
    /// Elements from one row of `c` to the next; its columns are adjacent.
    var cRow: Int
    /// Add to what `c` holds instead of overwriting it.
    var accumulates = false

    /// Row-major matrices without gaps.
    init(m: Int, n: Int, k: Int, transposesA: Bool = false, transposesB: Bool = false, accumulates: Bool = false) {
        self.m = m
        self.n = n
        self.k = k
        self.aStrides = transposesA ? (1, m) : (k, 1)
        self.bStrides = transposesB ? (1, k) : (n, 1)
        self.cRow = n
        self.accumulates = accumulates
    }

    /// Floating-point operations of one row of the result.
    var costPerRow: Int { 2 &* n &* k }
}

extension Float {
    static func multiply(
        _ problem: MatrixMultiply, _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ c: UnsafeMutablePointer<Float>
    ) {
        if problem.bStrides.column == 1 {
            tiled(problem, a, b, problem.bStrides.row, c)
            return
        }
        // Columns that are not adjacent are copied together once, so that the inner loop reads straight on.
        let n = problem.n
        LaneScratch.with(Float.self, count: problem.k * n) { copy in
            for p in 0..<problem.k {
                for j in 0..<n { copy[p * n + j] = b[p * problem.bStrides.row + j * problem.bStrides.column] }
            }
            tiled(problem, a, UnsafePointer(copy), n, c)
        }
    }
}

extension Double {
    static func multiply(
        _ problem: MatrixMultiply, _ a: UnsafePointer<Double>, _ b: UnsafePointer<Double>, _ c: UnsafeMutablePointer<Double>
    ) {
        rowwise(problem, a, b, c, plus: { $0 + $1 * $2 })
    }
}

extension Int64 {
    static func multiply(
        _ problem: MatrixMultiply, _ a: UnsafePointer<Int64>, _ b: UnsafePointer<Int64>, _ c: UnsafeMutablePointer<Int64>
    ) {
        rowwise(problem, a, b, c, plus: { $0 &+ $1 &* $2 })
    }
}

@inline(__always)
private func rowwise<T: ComputeType>(
    _ problem: MatrixMultiply, _ a: UnsafePointer<T>, _ b: UnsafePointer<T>, _ c: UnsafeMutablePointer<T>, plus: (T, T, T) -> T
) {
    for i in 0..<problem.m {
        let row = c + i * problem.cRow
        if !problem.accumulates { row.update(repeating: .zero, count: problem.n) }
        for p in 0..<problem.k {
            let factor = a[i * problem.aStrides.row + p * problem.aStrides.column]
            let other = b + p * problem.bStrides.row
            if problem.bStrides.column == 1 {
                for j in 0..<problem.n { row[j] = plus(row[j], factor, other[j]) }
            } else {
                for j in 0..<problem.n { row[j] = plus(row[j], factor, other[j * problem.bStrides.column]) }
            }
        }
    }
}

/// Four rows and sixteen columns at a time; the rest element by element, in the same order.
private func tiled(
    _ problem: MatrixMultiply, _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ bRow: Int, _ c: UnsafeMutablePointer<Float>
) {
    let (m, n, k) = (problem.m, problem.n, problem.k)
    let (aRow, aColumn) = problem.aStrides
    var j = 0
    while j + 8 <= n {
        var i = 0
        while i + 4 <= m {
            let (c0, c1, c2, c3) = (c + i * problem.cRow + j, c + (i + 1) * problem.cRow + j, c + (i + 2) * problem.cRow + j, c + (i + 3) * problem.cRow + j)
            var (s0, s1, s2, s3) = (SIMD8<Float>.zero, SIMD8<Float>.zero, SIMD8<Float>.zero, SIMD8<Float>.zero)
            if problem.accumulates { (s0, s1, s2, s3) = (read(c0), read(c1), read(c2), read(c3)) }
            var pa = a + i * aRow
            var pb = b + j
            for _ in 0..<k {
                let line = read(pb)
                s0 += line * pa[0]
                s1 += line * pa[aRow]
                s2 += line * pa[2 * aRow]
                s3 += line * pa[3 * aRow]
                pa += aColumn
                pb += bRow
            }
            write(s0, c0)
            write(s1, c1)
            write(s2, c2)
            write(s3, c3)
            i += 4
        }
        while i < m {
            let target = c + i * problem.cRow + j
            var sum = problem.accumulates ? read(target) : SIMD8<Float>.zero
            var pa = a + i * aRow
            var pb = b + j
            for _ in 0..<k {
                sum += read(pb) * pa[0]
                pa += aColumn
                pb += bRow
            }
            write(sum, target)
            i += 1
        }
        j += 8
    }
    while j < n {
        for i in 0..<m {
            var sum = problem.accumulates ? c[i * problem.cRow + j] : 0
            for p in 0..<k { sum += a[i * aRow + p * aColumn] * b[p * bRow + j] }
            c[i * problem.cRow + j] = sum
        }
        j += 1
    }
}

@inline(__always)
private func read(_ pointer: UnsafePointer<Float>) -> SIMD8<Float> {
    UnsafeRawPointer(pointer).loadUnaligned(as: SIMD8<Float>.self)
}

@inline(__always)
private func read(_ pointer: UnsafeMutablePointer<Float>) -> SIMD8<Float> { read(UnsafePointer(pointer)) }

@inline(__always)
private func write(_ value: SIMD8<Float>, _ pointer: UnsafeMutablePointer<Float>) {
    UnsafeMutableRawPointer(pointer).storeBytes(of: value, as: SIMD8<Float>.self)
}
