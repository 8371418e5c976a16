import Glibc
import Kernels
import Testing

@Suite struct UnaryTests {
    /// All floats take minutes per function: `MARTLET_EXHAUSTIVE=1 swift test -c release --filter UnaryTests`.
    static let stride: UInt32 = getenv("MARTLET_EXHAUSTIVE") != nil ? 1 : 10_007

    @Test(arguments: Reference.unaries.indices)
    func `every function keeps its error bound`(_ index: Int) {
        let function = Reference.unaries[index]
        for table in Kernels.available {
            let (ulps, at) = Reference.worst(function, table, first: 0, stride: Self.stride)
            #expect(ulps <= function.bound, "\(function.name) of \(at), \(table.instructionSet)")
        }
    }

    @Test(arguments: Kernels.available)
    func `special values and the neighbours of every turn keep the bound`(_ table: KernelTable) {
        let largest = Float.greatestFiniteMagnitude
        var x: [Float] = [
            0, -0.0, .infinity, -.infinity, .nan, largest, -largest, .leastNonzeroMagnitude, -.leastNonzeroMagnitude, .leastNormalMagnitude,
            1, -1, 88.72284, 88.72283, -87.33655, -103.97208, -104, 0x1p22, 0x1p22 + 1, -0x1p23, 1e30, 0.625, 0.92, 4, 14.8, -14.8, 20,
        ]
        for i in 1...4000 { x.append(Float(Double(i) * .pi / 4)) }
        for function in Reference.unaries {
            var y = Guarded(x.count)
            y.write { function.kernel(table)(x, $0, x.count) }
            #expect(y.isIntact)
            for (x, y) in zip(x, y.values) {
                #expect(Reference.ulps(y, function.exact(Double(x))) <= function.bound, "\(function.name) of \(x) gave \(y)")
            }
        }
    }

    @Test(arguments: Kernels.available)
    func `zeros keep their sign where the function does`(_ table: KernelTable) {
        for name in ["tanh", "erf", "sin", "gelu", "geluTanh", "silu", "elu"] {
            let function = Reference.unaries.first { $0.name == name }!
            var y: [Float] = [1, 1]
            function.kernel(table)([0, -0.0], &y, 2)
            #expect(y[0].bitPattern == 0 && y[1].bitPattern == 0x8000_0000, "\(name)")
        }
    }

    @Test(arguments: Kernels.available)
    func `bits do not depend on the place in a row`(_ table: KernelTable) {
        var random = Random(51)
        let x = random.floats(75, in: -9...9)
        for function in Reference.unaries {
            let kernel = function.kernel(table)
            var all = [Float](repeating: 0, count: x.count)
            kernel(x, &all, x.count)
            for start in 0..<40 {
                let part = Guarded(Array(x[start...]))
                var y = Guarded(part.count)
                part.read { x in y.write { kernel(x, $0, part.count) } }
                #expect(y.isIntact && same(y.values, Array(all[start...])), "\(function.name)")
            }
        }
    }

    @Test(arguments: Kernels.available)
    func `exact functions are exact at every length`(_ table: KernelTable) {
        var random = Random(52)
        let functions: [(UnaryKernel, (Float) -> Float)] = [
            (table.unary.squareRoot, { $0.squareRoot() }), (table.unary.absolute, { abs($0) }), (table.unary.negate, { -$0 }),
            (table.unary.floor, { $0.rounded(.down) }), (table.unary.ceil, { $0.rounded(.up) }),
            (table.unary.round, { $0.rounded(.toNearestOrEven) }),
            ({ table.unary.activate(.relu, $0, $1, $2) }, { $0 < 0 ? 0 : $0 }),
            ({ table.unary.activate(.clip(-2, 3), $0, $1, $2) }, { $0 < -2 ? -2 : $0 > 3 ? 3 : $0 }),
            ({ table.unary.activate(.leakyRelu(0.25), $0, $1, $2) }, { $0 < 0 ? $0 * 0.25 : $0 }),
            ({ table.unary.activate(.identity, $0, $1, $2) }, { $0 }),
        ]
        for count in 0..<70 {
            var x = random.floats(count, in: -5...5)
            if count > 5 { x.replaceSubrange(0..<5, with: [.nan, .infinity, -.infinity, 2.5, -0.5]) }
            for (kernel, expected) in functions {
                var y = Guarded(count)
                y.write { kernel(x, $0, count) }
                let values = x.map(expected)
                #expect(y.isIntact && equal(y.values, values))
            }
        }
    }
}
