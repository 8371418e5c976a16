// Types without a kernel of their own: the right operand is packed row by row, and never split.

extension Double {
    static var panelColumns: Int { Int.max }

    static func packedCount(depth: Int, columns: Int) -> Int { depth * columns }

    static func pack(
        _ b: UnsafePointer<Double>, _ strides: (row: Int, column: Int), depth: Int, columns: Int, into packed: UnsafeMutablePointer<Double>
    ) { copy(b, strides, depth, columns, packed) }

    static func multiply(
        _ problem: MatrixMultiply, _ a: UnsafePointer<Double>, packed b: UnsafePointer<Double>, _ c: UnsafeMutablePointer<Double>
    ) {
        rowwise(problem, a, b, c) { $0 + $1 * $2 }
    }
}

extension Int64 {
    static var panelColumns: Int { Int.max }

    static func packedCount(depth: Int, columns: Int) -> Int { depth * columns }

    static func pack(
        _ b: UnsafePointer<Int64>, _ strides: (row: Int, column: Int), depth: Int, columns: Int, into packed: UnsafeMutablePointer<Int64>
    ) { copy(b, strides, depth, columns, packed) }

    static func multiply(
        _ problem: MatrixMultiply, _ a: UnsafePointer<Int64>, packed b: UnsafePointer<Int64>, _ c: UnsafeMutablePointer<Int64>
    ) {
        rowwise(problem, a, b, c) { $0 &+ $1 &* $2 }
    }
}

@inline(__always)
private func copy<T: ComputeType>(
    _ b: UnsafePointer<T>, _ strides: (row: Int, column: Int), _ depth: Int, _ columns: Int, _ packed: UnsafeMutablePointer<T>
) {
    for p in 0..<depth {
        for j in 0..<columns { packed[p * columns + j] = b[p * strides.row + j * strides.column] }
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
            let other = b + p * problem.n
            for j in 0..<problem.n { row[j] = plus(row[j], factor, other[j]) }
        }
    }
}
