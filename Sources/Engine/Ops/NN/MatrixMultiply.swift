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
    /// Of `b` before it is packed.
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
}

extension ComputeType {
    /// A product whose right operand is packed for it alone.
    static func multiply(_ problem: MatrixMultiply, _ a: UnsafePointer<Self>, _ b: UnsafePointer<Self>, _ c: UnsafeMutablePointer<Self>) {
        LaneScratch.with(Self.self, count: packedCount(depth: problem.k, columns: problem.n)) { packed in
            pack(b, problem.bStrides, depth: problem.k, columns: problem.n, into: packed)
            multiply(problem, a, packed: UnsafePointer(packed), c)
        }
    }
}
