import Kernels
import Testing

struct GemmCase {
    var rows: Int
    var columns: Int
    var depth: Int
    var transposedA = false
    var transposedB = false
    var bias = 0
    var residual = false
    var scale: Float = 1
    var residualScale: Float = 1
    var activation = Activation.identity

    /// Runs the kernel and the reference over the same random operands.
    func run(_ table: KernelTable, seed: UInt64, scratch: Bool = true) -> (kernel: Guarded, reference: [Float]) {
        var random = Random(seed)
        let a = random.floats(rows * depth)
        let b = random.floats(depth * columns)
        let biases = random.floats(max(rows, columns))
        let cStride = columns + 3
        let residuals = random.floats(rows * cStride)
        let aStrides = transposedA ? (row: 1, depth: rows) : (row: depth, depth: 1)
        let bStrides = transposedB ? (depth: 1, column: depth) : (depth: columns, column: 1)
        var packed = [Float](repeating: .nan, count: max(1, table.gemm.packedFloats(depth, columns)))
        var scratchFloats = Guarded(table.gemm.scratchFloats(rows, columns, depth), filledWith: .nan)
        var kernel = Guarded(rows * cStride, filledWith: 7)
        var reference = [Float](repeating: 7, count: max(1, rows * cStride))
        a.withUnsafeBufferPointer { a in
            b.withUnsafeBufferPointer { b in
                biases.withUnsafeBufferPointer { biases in
                    residuals.withUnsafeBufferPointer { residuals in
                        let none = UnsafePointer<Float>(bitPattern: 64)!
                        table.gemm.packB(b.baseAddress ?? none, bStrides.depth, bStrides.column, depth, columns, &packed)
                        let epilogue = Epilogue(
                            scale: scale, columnBias: bias & 1 != 0 ? biases.baseAddress : nil,
                            rowBias: bias & 2 != 0 ? biases.baseAddress : nil, residual: residual ? residuals.baseAddress : nil,
                            residualRowStride: cStride, residualScale: residualScale, activation: activation)
                        func call(_ c: UnsafeMutablePointer<Float>, _ scratch: UnsafeMutablePointer<Float>?, _ packed: UnsafePointer<Float>)
                            -> GemmF32
                        {
                            GemmF32(
                                rows: rows, columns: columns, depth: depth, a: a.baseAddress ?? none, aRowStride: aStrides.row,
                                aDepthStride: aStrides.depth, packedB: packed, c: c, cRowStride: cStride, epilogue: epilogue,
                                scratch: scratch)
                        }
                        packed.withUnsafeBufferPointer { packed in
                            scratchFloats.write { floats in
                                kernel.write { table.gemm.multiply(call($0, scratch ? floats : nil, packed.baseAddress!)) }
                            }
                            if !scratchFloats.isIntact { kernel.storage[0] = .nan }
                            reference.withUnsafeMutableBufferPointer {
                                Reference.gemm(
                                    call($0.baseAddress!, nil, packed.baseAddress!), b: b.baseAddress ?? none,
                                    depthStride: bStrides.depth, columnStride: bStrides.column, fused: table.fuses)
                            }
                        }
                    }
                }
            }
        }
        return (kernel, Array(reference[..<(rows * cStride)]))
    }
}

@Suite struct GemmTests {
    @Test(arguments: Kernels.available)
    func `every size up to a few tiles gives the bits of the sequential sum`(_ table: KernelTable) {
        var random = Random(1)
        for i in 0..<400 {
            let test = GemmCase(
                rows: Int.random(in: 0...35, using: &random), columns: Int.random(in: 0...140, using: &random),
                depth: Int.random(in: 0...35, using: &random), transposedA: Bool.random(using: &random),
                transposedB: Bool.random(using: &random), bias: Int.random(in: 0...3, using: &random),
                residual: Bool.random(using: &random), scale: i % 3 == 0 ? 0.75 : 1, residualScale: i % 2 == 0 ? 1 : -0.5,
                activation: [.identity, .relu, .relu6, .clip(-0.25, 0.5)][i % 4])
            let (kernel, reference) = test.run(table, seed: UInt64(i), scratch: i % 2 == 0)
            #expect(kernel.isIntact, "\(test)")
            #expect(same(kernel.values, reference), "\(test)")
        }
    }

    @Test(arguments: Kernels.available)
    func `blocks of packed rows give the bits of the sequential sum`(_ table: KernelTable) {
        for (rows, columns, depth) in [(77, 200, 3000), (130, 97, 517), (1, 300, 700), (3, 131, 65), (12, 96, 9000)] {
            let test = GemmCase(rows: rows, columns: columns, depth: depth, bias: 1, activation: .relu)
            let (kernel, reference) = test.run(table, seed: 9)
            #expect(kernel.isIntact && same(kernel.values, reference), "\(test)")
        }
    }

    @Test(arguments: Kernels.available)
    func `every activation can follow a product`(_ table: KernelTable) {
        let activations: [Activation] = [
            .sigmoid, .tanh, .gelu, .geluTanh, .silu, .hardSwish, .mish, .softplus, .leakyRelu(0.1), .hardSigmoid(alpha: 0.2, beta: 0.5),
            .elu(0.7),
        ]
        for activation in activations {
            let test = GemmCase(rows: 7, columns: 45, depth: 20, bias: 1, residual: true, activation: activation)
            let (kernel, reference) = test.run(table, seed: 3)
            #expect(kernel.isIntact)
            for (a, b) in zip(kernel.values, reference) { #expect(abs(a - b) <= 2e-6 * max(1, abs(b)), "\(activation)") }
        }
    }

    @Test(arguments: Kernels.available)
    func `a row alone has the bits it has among a thousand`(_ table: KernelTable) {
        var random = Random(5)
        let rows = 1000
        for (columns, depth) in [(130, 67), (10, 300), (33, 5)] {
            let a = random.floats(rows * depth)
            let b = random.floats(depth * columns)
            var packed = [Float](repeating: 0, count: table.gemm.packedFloats(depth, columns))
            table.gemm.packB(b, columns, 1, depth, columns, &packed)
            func multiply(_ range: Range<Int>) -> [Float] {
                var scratch = [Float](repeating: 0, count: table.gemm.scratchFloats(range.count, columns, depth) + 1)
                var c = [Float](repeating: 0, count: range.count * columns)
                a.withUnsafeBufferPointer { a in
                    c.withUnsafeMutableBufferPointer { c in
                        scratch.withUnsafeMutableBufferPointer { scratch in
                            packed.withUnsafeBufferPointer { packed in
                                table.gemm.multiply(
                                    GemmF32(
                                        rows: range.count, columns: columns, depth: depth, a: a.baseAddress! + range.lowerBound * depth,
                                        aRowStride: depth, packedB: packed.baseAddress!, c: c.baseAddress!, cRowStride: columns,
                                        epilogue: Epilogue(activation: .sigmoid), scratch: scratch.baseAddress))
                            }
                        }
                    }
                }
                return c
            }
            let all = multiply(0..<rows)
            for range in [0..<1, 17..<18, 999..<1000, 40..<43, 500..<529] {
                #expect(same(multiply(range), Array(all[range.lowerBound * columns..<range.upperBound * columns])))
            }
        }
    }
}
