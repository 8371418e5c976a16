import Kernels
import Testing

@Suite struct IntegerTests {
    @Test(arguments: Kernels.available)
    func `products of bytes are exact for every signedness and zero point`(_ table: KernelTable) {
        var random = Random(41)
        for i in 0..<300 {
            // Single rows have a way of their own over many columns.
            let rows = i % 4 == 0 ? 1 : Int.random(in: 0...35, using: &random)
            let columns = Int.random(in: 0...(i % 4 == 0 ? 300 : 70), using: &random)
            let depth = i % 50 == 0 ? 3000 : Int.random(in: 0...35, using: &random)
            // Extremes make whatever saturates show itself.
            func bytes(_ count: Int) -> [UInt8] {
                (0..<count).map { _ in [0, 127, 128, 255, UInt8.random(in: 0...255, using: &random)].randomElement(using: &random)! }
            }
            let a = bytes(rows * depth) + [0]
            let b = bytes(depth * columns) + [0]
            let zeros = (0..<max(rows, columns) + 1).map { _ in Int32.random(in: -128...255, using: &random) }
            let isTransposed = Bool.random(using: &random)
            let strides = isTransposed ? (depth: 1, column: depth) : (depth: columns, column: 1)
            var packed = [Int32](repeating: -1, count: table.integer.packedBytes(depth, columns) / 4 + 1)
            let scratchCount = table.integer.scratchBytes(rows, columns, depth) / 4
            var scratch = [Int32](repeating: 77, count: scratchCount + 1)
            let bIsSigned = Bool.random(using: &random)
            packed.withUnsafeMutableBytes {
                table.integer.packB(b, bIsSigned, strides.depth, strides.column, depth, columns, $0.baseAddress!)
            }
            #expect(packed.last == -1)
            let stride = columns + 3
            var c = [Int32](repeating: 5, count: rows * stride + 1)
            var expected = c
            a.withUnsafeBufferPointer { a in
                zeros.withUnsafeBufferPointer { zeros in
                    packed.withUnsafeBytes { packed in
                        scratch.withUnsafeMutableBytes { scratch in
                            func call(_ c: UnsafeMutablePointer<Int32>) -> GemmInt8 {
                                var g = GemmInt8(
                                    rows: rows, columns: columns, depth: depth, a: a.baseAddress!, aIsSigned: i % 2 == 0,
                                    aRowStride: depth, packedB: packed.baseAddress!, bIsSigned: bIsSigned, c: c, cRowStride: stride,
                                    scratch: scratch.baseAddress!)
                                g.aZeroPoint = zeros[0]
                                g.bZeroPoint = zeros[zeros.count - 1]
                                if i % 3 == 0 { g.aZeroPoints = zeros.baseAddress }
                                if i % 5 == 0 { g.bZeroPoints = zeros.baseAddress }
                                return g
                            }
                            c.withUnsafeMutableBufferPointer { table.integer.multiply(call($0.baseAddress!)) }
                            expected.withUnsafeMutableBufferPointer {
                                Reference.gemm(call($0.baseAddress!), b: b, depthStride: strides.depth, columnStride: strides.column)
                            }
                        }
                    }
                }
            }
            #expect(scratch.last == 77)
            #expect(c == expected, "\(rows)×\(columns)×\(depth)")
        }
    }

    @Test(arguments: Kernels.available)
    func `rows are quantised and dequantised at every length`(_ table: KernelTable) {
        var random = Random(42)
        for count in 0..<70 {
            for isSigned in [false, true] {
                var x = random.floats(count, in: -300...300)
                if count > 4 {
                    x[0] = .nan
                    x[1] = .infinity
                    x[2] = -.infinity
                    x[3] = 1.25
                }
                let scale: Float = 0.5
                let zero: Int32 = isSigned ? -3 : 120
                let (low, high): (Float, Float) = isSigned ? (-128, 127) : (0, 255)
                var q = [UInt8](repeating: 99, count: count + 1)
                table.integer.quantize(x, scale, zero, isSigned, &q, count)
                let expected = x.map { v -> UInt8 in
                    let whole = (v / scale).rounded(.toNearestOrEven) + Float(zero)
                    let bounded = whole.isNaN ? low : min(max(whole, low), high)
                    return UInt8(truncatingIfNeeded: Int(bounded))
                }
                #expect(q == expected + [99])
                var y = Guarded(count)
                y.write { table.integer.dequantize(q, isSigned, scale, zero, $0, count) }
                let back = expected.map { (Float(isSigned ? Int32(Int8(bitPattern: $0)) : Int32($0)) - Float(zero)) * scale }
                #expect(y.isIntact && same(y.values, back))
            }
        }
    }

    @Test(arguments: Kernels.available)
    func `sums become floats in place`(_ table: KernelTable) {
        var random = Random(43)
        for count in 0..<40 {
            let sums = (0..<count).map { _ in Int32.random(in: -100_000...100_000, using: &random) }
            let scales = random.floats(count)
            let bias = random.floats(count)
            var memory = Guarded(sums.map { Float(bitPattern: UInt32(bitPattern: $0)) })
            memory.write { y in
                y.withMemoryRebound(to: Int32.self, capacity: count) { x in
                    table.integer.dequantizeSums(x, 0.25, scales, bias, .relu, y, count)
                }
            }
            let expected = (0..<count).map { max(0, Float(sums[$0]) * (0.25 * scales[$0]) + bias[$0]) }
            #expect(memory.isIntact && zip(memory.values, expected).allSatisfy { $0 == $1 })
        }
    }

    @Test(arguments: Kernels.available)
    func `a block-quantised matrix multiplies like the floats it stands for`(_ table: KernelTable) {
        var random = Random(44)
        for i in 0..<80 {
            let layout = BlockQuantization(bits: i % 2 == 0 ? 4 : 8, blockSize: [16, 32, 64].randomElement(using: &random)!)
            let rows = Int.random(in: 0...30, using: &random)
            let columns = Int.random(in: 0...75, using: &random)
            let depth = Int.random(in: 0...150, using: &random)
            let blocks = layout.blocks(depth)
            func bytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) } }
            let quantized = bytes(columns * blocks * layout.blockSize * layout.bits / 8) + [0]
            let scales = random.floats(columns * blocks + 1)
            let zeros = Bool.random(using: &random) ? bytes(columns * ((blocks * layout.bits + 7) / 8) + 1) : nil
            let b = (0..<depth).flatMap { k in
                (0..<columns).map {
                    Reference.element(layout, b: quantized, scales: scales, zeroPoints: zeros, depth: depth, k: k, n: $0)
                }
            }
            let a = random.floats(rows * depth + 1)
            let bias = random.floats(columns + 1)
            var packed = [Float](repeating: 0, count: table.blockQuantized.packedBytes(layout, depth, columns) / 4 + 1)
            var scratch = Guarded(table.blockQuantized.scratchFloats(rows, columns, depth))
            var kernel = Guarded(rows * columns)
            var reference = [Float](repeating: 0, count: rows * columns + 1)
            a.withUnsafeBufferPointer { a in
                bias.withUnsafeBufferPointer { bias in
                    packed.withUnsafeMutableBytes { packed in
                        if let zeros {
                            table.blockQuantized.packB(layout, quantized, scales, zeros, depth, columns, packed.baseAddress!)
                        } else {
                            table.blockQuantized.packB(layout, quantized, scales, nil, depth, columns, packed.baseAddress!)
                        }
                        func call(_ c: UnsafeMutablePointer<Float>, _ scratch: UnsafeMutablePointer<Float>?) -> GemmF32 {
                            GemmF32(
                                rows: rows, columns: columns, depth: depth, a: a.baseAddress!, aRowStride: depth, packedB: a.baseAddress!,
                                c: c, cRowStride: columns, epilogue: Epilogue(columnBias: bias.baseAddress, activation: .relu),
                                scratch: scratch)
                        }
                        scratch.write { scratch in
                            kernel.write { table.blockQuantized.multiply(call($0, scratch), layout, packed.baseAddress!) }
                        }
                        reference.withUnsafeMutableBufferPointer {
                            Reference.gemm(
                                call($0.baseAddress!, nil), b: b.isEmpty ? [0] : b, depthStride: columns, columnStride: 1,
                                fused: table.fuses)
                        }
                    }
                }
            }
            #expect(
                kernel.isIntact && scratch.isIntact && same(kernel.values, Array(reference.dropLast())),
                "\(layout) \(rows)×\(columns)×\(depth)")
        }
    }
}
