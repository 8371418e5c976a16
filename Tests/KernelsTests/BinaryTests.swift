import Kernels
import Testing

@Suite struct BinaryTests {
    @Test(arguments: Kernels.available)
    func `operands repeat along rows, columns, both or not at all`(_ table: KernelTable) {
        var random = Random(61)
        let kernels: [(BinaryKernel, (Float, Float) -> Float)] = [
            (table.binary.add, { $0 + $1 }), (table.binary.subtract, { $0 - $1 }), (table.binary.multiply, { $0 * $1 }),
            (table.binary.divide, { $0 / $1 }), (table.binary.minimum, { $0.isNaN || $1.isNaN ? .nan : min($0, $1) }),
            (table.binary.maximum, { $0.isNaN || $1.isNaN ? .nan : max($0, $1) }),
        ]
        for _ in 0..<150 {
            let rows = Int.random(in: 0...5, using: &random)
            let columns = Int.random(in: 0...50, using: &random)
            var a = random.floats(rows * columns + 1)
            var b = random.floats(rows * columns + 1)
            if rows * columns > 3 {
                a[0] = .nan
                b[1] = .nan
                b[2] = .infinity
            }
            func stride() -> (row: Int, step: Int) { (Bool.random(using: &random) ? columns : 0, Int.random(in: 0...1, using: &random)) }
            let (x, z) = (stride(), stride())
            for (kernel, function) in kernels {
                var expected = [Float]()
                for r in 0..<rows {
                    for i in 0..<columns { expected.append(function(a[r * x.row + i * x.step], b[r * z.row + i * z.step])) }
                }
                var y = Guarded(rows * columns)
                a.withUnsafeBufferPointer { a in
                    b.withUnsafeBufferPointer { b in
                        let left = BinaryOperand(a.baseAddress!, rowStride: x.row, step: x.step)
                        let right = BinaryOperand(b.baseAddress!, rowStride: z.row, step: z.step)
                        y.write { kernel(left, right, $0, rows, columns) }
                    }
                }
                #expect(y.isIntact && equal(y.values, expected))
            }
        }
    }
}
