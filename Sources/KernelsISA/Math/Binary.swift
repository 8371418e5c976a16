internal import CKernels
internal import KernelTable

struct Difference: VectorPair { @inline(__always) func callAsFunction(_ a: V, _ b: V) -> V { a - b } }
struct Product: VectorPair { @inline(__always) func callAsFunction(_ a: V, _ b: V) -> V { a * b } }
struct Quotient: VectorPair { @inline(__always) func callAsFunction(_ a: V, _ b: V) -> V { a / b } }

@inline(__always)
private func combine<F: VectorPair>(
    _ a: BinaryOperand, _ b: BinaryOperand, _ y: UnsafeMutablePointer<Float>, _ rows: Int, _ columns: Int, _ f: F
) {
    var rows = rows
    var columns = columns
    // Dense operands make one long row.
    if a.step == 1, b.step == 1, a.rowStride == columns, b.rowStride == columns {
        columns = rows &* columns
        rows = rows == 0 ? 0 : 1
    }
    var r = 0
    while r < rows {
        let x = a.base + r &* a.rowStride
        let z = b.base + r &* b.rowStride
        let to = y + r &* columns
        if a.step == 1, b.step == 1 {
            sweep(columns) { i in
                store(f(load(x + i), load(z + i)), to + i)
            } tail: { i, left in
                store(f(load(x + i, partial: left), load(z + i, partial: left)), to + i, partial: left)
            }
        } else if a.step == 1 {
            let constant = columns > 0 ? splat(z.pointee) : splat(0)
            sweep(columns) { i in
                store(f(load(x + i), constant), to + i)
            } tail: { i, left in
                store(f(load(x + i, partial: left), constant), to + i, partial: left)
            }
        } else if b.step == 1 {
            let constant = columns > 0 ? splat(x.pointee) : splat(0)
            sweep(columns) { i in
                store(f(constant, load(z + i)), to + i)
            } tail: { i, left in
                store(f(constant, load(z + i, partial: left)), to + i, partial: left)
            }
        } else if columns > 0 {
            let value = f(splat(x.pointee), splat(z.pointee))
            sweep(columns) { i in store(value, to + i) } tail: { i, left in store(value, to + i, partial: left) }
        }
        r &+= 1
    }
}

func add_f32(_ a: BinaryOperand, _ b: BinaryOperand, _ y: UnsafeMutablePointer<Float>, _ rows: Int, _ columns: Int) {
    combine(a, b, y, rows, columns, Sum())
}

func subtract_f32(_ a: BinaryOperand, _ b: BinaryOperand, _ y: UnsafeMutablePointer<Float>, _ rows: Int, _ columns: Int) {
    combine(a, b, y, rows, columns, Difference())
}

func multiply_f32(_ a: BinaryOperand, _ b: BinaryOperand, _ y: UnsafeMutablePointer<Float>, _ rows: Int, _ columns: Int) {
    combine(a, b, y, rows, columns, Product())
}

func divide_f32(_ a: BinaryOperand, _ b: BinaryOperand, _ y: UnsafeMutablePointer<Float>, _ rows: Int, _ columns: Int) {
    combine(a, b, y, rows, columns, Quotient())
}

func minimum_f32(_ a: BinaryOperand, _ b: BinaryOperand, _ y: UnsafeMutablePointer<Float>, _ rows: Int, _ columns: Int) {
    combine(a, b, y, rows, columns, Smaller())
}

func maximum_f32(_ a: BinaryOperand, _ b: BinaryOperand, _ y: UnsafeMutablePointer<Float>, _ rows: Int, _ columns: Int) {
    combine(a, b, y, rows, columns, Larger())
}

func makeBinaryKernels() -> BinaryKernels {
    BinaryKernels(
        add: add_f32, subtract: subtract_f32, multiply: multiply_f32, divide: divide_f32, minimum: minimum_f32, maximum: maximum_f32)
}
