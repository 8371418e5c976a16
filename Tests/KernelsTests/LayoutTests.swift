import Kernels
import Testing

@Suite struct LayoutTests {
    @Test(arguments: Kernels.available)
    func `a matrix of any size is transposed, bit for bit`(_ table: KernelTable) {
        for rows in 0..<36 {
            for columns in 0..<36 {
                let x = Guarded((0..<rows * (columns + 3)).map { Float(bitPattern: UInt32($0) &* 0x9E37_79B9) })
                var y = Guarded(columns * (rows + 5), filledWith: 7)
                x.read { x in y.write { table.layout.transpose(x, columns + 3, $0, rows + 5, rows, columns) } }
                var expected = [Float](repeating: 7, count: columns * (rows + 5))
                for r in 0..<rows {
                    for c in 0..<columns { expected[c * (rows + 5) + r] = x.values[r * (columns + 3) + c] }
                }
                #expect(y.isIntact)
                #expect(y.values.map(\.bitPattern) == expected.map(\.bitPattern), "\(rows)×\(columns)")
            }
        }
    }

    @Test(arguments: Kernels.available)
    func `an image goes to blocks and back`(_ table: KernelTable) {
        var random = Random(31)
        for (channels, pixels) in [(1, 1), (0, 5), (3, 50), (16, 33), (33, 17), (24, 0), (40, 64)] {
            let x = random.floats(channels * pixels)
            let blocks = (channels + table.lanes - 1) / table.lanes
            var y = Guarded(blocks * table.lanes * pixels, filledWith: .nan)
            var z = Guarded(channels * pixels)
            y.write { table.layout.toBlocked(x, $0, channels, pixels) }
            #expect(y.isIntact && same(y.values, blocked(x, channels: channels, lanes: table.lanes)))
            y.read { y in z.write { table.layout.fromBlocked(y, $0, channels, pixels) } }
            #expect(z.isIntact && same(z.values, x))
        }
    }
}
