import Kernels

func benchGemm(_ table: KernelTable, _ peak: Double) {
    let sizes: [(Int, Int, Int)] = [
        (384, 384, 384), (512, 512, 512), (768, 768, 768), (1024, 1024, 1024), (2048, 2048, 2048), (128, 384, 1536), (128, 1536, 384),
        (49, 512, 2048), (196, 256, 1024), (3136, 64, 256), (12544, 64, 147), (64, 64, 64), (32, 32, 32), (1, 1024, 1024), (2, 1024, 1024),
        (4, 1024, 1024), (8, 1024, 1024), (1, 384, 384), (16, 16, 16), (1, 16, 16),
    ]
    for (m, n, k) in sizes {
        let a = floats(m * k)
        let b = floats(k * n)
        let c = floats(m * n)
        let packed = floats(table.gemm.packedFloats(k, n))
        let scratch = floats(table.gemm.scratchFloats(m, n, k))
        table.gemm.packB(b, n, 1, k, n, packed)
        let call = GemmF32(rows: m, columns: n, depth: k, a: a, aRowStride: k, packedB: packed, c: c, cRowStride: n, scratch: scratch)
        let time = seconds { table.gemm.multiply(call) }
        let speed = 2 * Double(m) * Double(n) * Double(k) / time * 1e-9
        let packing = seconds { table.gemm.packB(b, n, 1, k, n, packed) }
        let transposed = seconds { table.gemm.packB(b, 1, k, k, n, packed) }
        print(
            "  gemm \(column("\(m)×\(n)×\(k)", 16))\(column(speed)) GFLOP/s \(column(speed / peak * 100)) %"
                + "   pack B \(column(Double(n * k) / packing * 1e-9)) Gfloat/s, transposed \(column(Double(n * k) / transposed * 1e-9))")
    }
}
