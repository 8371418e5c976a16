import Kernels

func benchInteger(_ table: KernelTable) {
    for (m, n, k) in [(128, 384, 384), (128, 1536, 384), (512, 512, 512), (1024, 1024, 1024), (1, 384, 384), (4, 1024, 1024), (16, 64, 64)] {
        let a = UnsafeMutableRawPointer(floats(m * k / 4 + 1)).assumingMemoryBound(to: UInt8.self)
        let b = UnsafeMutableRawPointer(floats(n * k / 4 + 1)).assumingMemoryBound(to: UInt8.self)
        let packed = UnsafeMutableRawPointer(floats(table.integer.packedBytes(k, n) / 4))
        let c = UnsafeMutableRawPointer(floats(m * n)).assumingMemoryBound(to: Int32.self)
        let scratch = UnsafeMutableRawPointer(floats(table.integer.scratchBytes(m, n, k) / 4))
        let packing = seconds { table.integer.packB(b, true, n, 1, k, n, packed) }
        var call = GemmInt8(
            rows: m, columns: n, depth: k, a: a, aIsSigned: false, aRowStride: k, packedB: packed, bIsSigned: true, c: c, cRowStride: n,
            scratch: scratch)
        call.aZeroPoint = 7
        let time = seconds { table.integer.multiply(call) }
        print(
            "  \(column(table.integer.dotProduct, 9)) \(column("\(m)×\(n)×\(k)", 16))\(column(2 * Double(m * n * k) / time * 1e-9)) Gop/s"
                + "   pack B \(column(Double(n * k) / packing * 1e-9, places: 2)) Gbyte/s")
    }
    for (m, n, k) in [(1, 4096, 4096), (8, 4096, 4096), (64, 1024, 1024)] {
        let layout = BlockQuantization(bits: 4, blockSize: 32)
        let a = floats(m * k)
        let c = floats(m * n)
        let b = UnsafeMutableRawPointer(floats(n * k / 8)).assumingMemoryBound(to: UInt8.self)
        let scales = floats(n * k / 32)
        let packed = UnsafeMutableRawPointer(floats(table.blockQuantized.packedBytes(layout, k, n) / 4))
        let scratch = floats(table.blockQuantized.scratchFloats(m, n, k))
        table.blockQuantized.packB(layout, b, scales, nil, k, n, packed)
        let call = GemmF32(rows: m, columns: n, depth: k, a: a, aRowStride: k, packedB: a, c: c, cRowStride: n, scratch: scratch)
        let time = seconds { table.blockQuantized.multiply(call, layout, packed) }
        print("  4 bits    \(column("\(m)×\(n)×\(k)", 16))\(column(2 * Double(m * n * k) / time * 1e-9)) GFLOP/s")
    }
}
