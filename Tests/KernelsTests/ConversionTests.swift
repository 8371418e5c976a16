import Kernels
import Testing

@Suite struct ConversionTests {
    @Test(arguments: Kernels.available)
    func `every half and every bfloat16 becomes its float`(_ table: KernelTable) {
        let bits = (0...UInt16.max).map { $0 } + [0, 1, 2]
        var y = Guarded(bits.count)
        y.write { table.conversion.halfToFloat(bits, $0, bits.count) }
        #expect(y.isIntact)
        let halves = y.values
        #expect(zip(halves, bits).allSatisfy { same($0, Float(Float16(bitPattern: $1))) })
        y.write { table.conversion.brainToFloat(bits, $0, bits.count) }
        #expect(y.isIntact)
        let brains = y.values
        #expect(zip(brains, bits).allSatisfy { $0.bitPattern == UInt32($1) << 16 })
    }

    @Test(arguments: Kernels.available)
    func `floats are rounded to the nearest half and bfloat16, halves to even`(_ table: KernelTable) {
        // Every pattern of the upper half with the lower halves that decide a rounding.
        let lows: [UInt32] = [0, 1, 0x0FFF, 0x1000, 0x1001, 0x2FFF, 0x3000, 0x7FFF, 0x8000, 0x8001, 0xFFFF]
        let x = (0...UInt32(UInt16.max)).flatMap { high in lows.map { Float(bitPattern: high << 16 | $0) } }
        var halves = [UInt16](repeating: 7, count: x.count + 1)
        table.conversion.floatToHalf(x, &halves, x.count)
        #expect(halves.last == 7)
        #expect(
            zip(x, halves).allSatisfy { x, h in
                let expected = Float16(x)
                return expected.isNaN ? Float16(bitPattern: h).isNaN : h == expected.bitPattern
            })
        var brains = [UInt16](repeating: 7, count: x.count + 1)
        table.conversion.floatToBrain(x, &brains, x.count)
        #expect(brains.last == 7)
        #expect(
            zip(x, brains).allSatisfy { x, b in
                let value = Float(bitPattern: UInt32(b) << 16)
                if x.isNaN { return value.isNaN }
                let bits = UInt64(x.bitPattern)
                return b == UInt16(truncatingIfNeeded: (bits + 0x7FFF + (bits >> 16 & 1)) >> 16)
            })
    }

    @Test(arguments: Kernels.available)
    func `nothing beyond a row is touched at any length`(_ table: KernelTable) {
        for count in 0..<40 {
            let x = [UInt16](repeating: 0x3C00, count: count)
            var y = Guarded(count)
            y.write { table.conversion.halfToFloat(x, $0, count) }
            #expect(y.isIntact && y.values == [Float](repeating: 1, count: count))
            var z = [UInt16](repeating: 9, count: count + 20)
            table.conversion.floatToHalf(y.values, &z, count)
            #expect(z == x + [UInt16](repeating: 9, count: 20))
        }
    }
}
