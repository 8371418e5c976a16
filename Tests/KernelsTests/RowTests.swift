import Kernels
import Testing

@Suite struct RowTests {
    /// Runs a kernel over guarded rows.
    func apply(
        _ kernel: (UnsafePointer<Float>, UnsafeMutablePointer<Float>, Int, Int) -> Void, _ x: [Float], rows: Int, columns: Int, outputs: Int
    )
        -> [Float]
    {
        let source = Guarded(x)
        var y = Guarded(outputs)
        source.read { x in y.write { kernel(x, $0, rows, columns) } }
        #expect(y.isIntact)
        return y.values
    }

    @Test(arguments: Kernels.available)
    func `softmax and its logarithm are close to the exact at every length`(_ table: KernelTable) {
        var random = Random(71)
        for columns in 0..<150 {
            let x = random.floats(2 * columns, in: -20...20)
            for (kernel, logarithm) in [(table.rows.softmax, false), (table.rows.logSoftmax, true)] {
                let y = apply(kernel, x, rows: 2, columns: columns, outputs: 2 * columns)
                let expected = (0..<2).flatMap { Reference.softmax(Array(x[$0 * columns..<($0 + 1) * columns]), logarithm: logarithm) }
                for (a, b) in zip(y, expected) { #expect(abs(a - b) <= 1e-5 * max(abs(b), logarithm ? 1 : 1e-30), "\(columns)") }
            }
        }
    }

    @Test(arguments: Kernels.available)
    func `softmax of hidden elements is zero and of nothing else is not a number`(_ table: KernelTable) {
        let low = -Float.infinity
        let y = apply(table.rows.softmax, [low, 1, low, 1, low, low, low, low], rows: 2, columns: 4, outputs: 8)
        #expect(Array(y[..<4]) == [0, 0.5, 0, 0.5])
        let others = y[4...].filter { !$0.isNaN }
        #expect(others.isEmpty)
        let poisoned = apply(table.rows.softmax, [1, .nan, 2], rows: 1, columns: 3, outputs: 3).filter { !$0.isNaN }
        #expect(poisoned.isEmpty)
    }

    @Test(arguments: Kernels.available)
    func `norms are close to the exact with and without scale and bias`(_ table: KernelTable) {
        var random = Random(72)
        for columns in [1, 2, 3, 15, 16, 17, 64, 100, 384, 1000] {
            let x = random.floats(3 * columns).map { $0 + 2 }
            let scale = random.floats(columns)
            let bias = random.floats(columns)
            for (kernel, isCentred) in [(table.rows.layerNorm, true), (table.rows.rmsNorm, false)] {
                for (hasScale, hasBias) in [(true, true), (true, false), (false, false), (false, true)] {
                    let y = scale.withUnsafeBufferPointer { scale in
                        bias.withUnsafeBufferPointer { bias in
                            apply(
                                { kernel($0, hasScale ? scale.baseAddress : nil, hasBias ? bias.baseAddress : nil, 1e-5, $1, $2, $3) }, x,
                                rows: 3, columns: columns, outputs: 3 * columns)
                        }
                    }
                    let expected = (0..<3).flatMap {
                        Reference.norm(
                            Array(x[$0 * columns..<($0 + 1) * columns]), scale: hasScale ? scale : nil, bias: hasBias ? bias : nil,
                            epsilon: 1e-5, centred: isCentred)
                    }
                    for (a, b) in zip(y, expected) { #expect(abs(a - b) <= 2e-5 * max(1, abs(b)), "\(columns)") }
                }
            }
        }
    }

    @Test(arguments: Kernels.available)
    func `sums, largest and smallest elements are right at every length`(_ table: KernelTable) {
        var random = Random(73)
        for columns in 0..<150 {
            // Small whole numbers add up without rounding.
            let x = (0..<3 * columns).map { _ in Float(Int.random(in: -50...50, using: &random)) }
            let rows = (0..<3).map { Array(x[$0 * columns..<($0 + 1) * columns]) }
            let expected: [(RowKernel, [Float])] = [
                (table.rows.sum, rows.map { $0.reduce(0, +) }), (table.rows.sumOfSquares, rows.map { $0.reduce(0) { $0 + $1 * $1 } }),
                (table.rows.maximum, rows.map { $0.max() ?? -.infinity }), (table.rows.minimum, rows.map { $0.min() ?? .infinity }),
            ]
            for (kernel, values) in expected { #expect(apply(kernel, x, rows: 3, columns: columns, outputs: 3) == values) }
            let total = (0..<columns).map { rows[0][$0] + rows[1][$0] + rows[2][$0] }
            #expect(apply(table.rows.sumOfRows, x, rows: 3, columns: columns, outputs: columns) == total)
            if columns > 0 {
                var y = x
                y[columns + Int.random(in: 0..<columns, using: &random)] = .nan
                for kernel in [table.rows.maximum, table.rows.minimum] {
                    let isNaN = apply(kernel, y, rows: 3, columns: columns, outputs: 3).map(\.isNaN)
                    #expect(isNaN == [false, true, false])
                }
            }
        }
    }

    @Test(arguments: Kernels.available)
    func `a row has the same bits alone and in a batch`(_ table: KernelTable) {
        var random = Random(74)
        for columns in [1, 7, 33, 100, 513] {
            let x = random.floats(9 * columns, in: -4...4)
            let kernels: [(RowKernel, Int)] = [
                (table.rows.softmax, columns), (table.rows.logSoftmax, columns), (table.rows.sum, 1), (table.rows.sumOfSquares, 1),
                ({ table.rows.layerNorm($0, nil, nil, 1e-5, $1, $2, $3) }, columns),
                ({ table.rows.rmsNorm($0, nil, nil, 1e-5, $1, $2, $3) }, columns),
            ]
            for (kernel, width) in kernels {
                let all = apply(kernel, x, rows: 9, columns: columns, outputs: 9 * width)
                for r in 0..<9 {
                    let alone = apply(kernel, Array(x[r * columns..<(r + 1) * columns]), rows: 1, columns: columns, outputs: width)
                    #expect(same(alone, Array(all[r * width..<(r + 1) * width])))
                }
            }
        }
    }
}
