extension Reference {
    /// ``IntegerKernels/multiply`` over an unpacked B, whose B[k, n] is at `b[k·depthStride + n·columnStride]`.
    package static func gemm(_ g: GemmInt8, b: UnsafePointer<UInt8>, depthStride: Int, columnStride: Int) {
        func value(_ byte: UInt8, _ isSigned: Bool) -> Int32 { isSigned ? Int32(Int8(bitPattern: byte)) : Int32(byte) }
        for m in 0..<g.rows {
            for n in 0..<g.columns {
                var sum: Int32 = 0
                for k in 0..<g.depth {
                    let x = value(g.a[m * g.aRowStride + k], g.aIsSigned) - (g.aZeroPoints?[m] ?? g.aZeroPoint)
                    let y = value(b[k * depthStride + n * columnStride], g.bIsSigned) - (g.bZeroPoints?[n] ?? g.bZeroPoint)
                    sum &+= x * y
                }
                g.c[m * g.cRowStride + n] = sum
            }
        }
    }

    /// B[k, n] of a block-quantised matrix, as ``BlockQuantizedKernels/packB`` takes it.
    package static func element(
        _ layout: BlockQuantization, b: [UInt8], scales: [Float], zeroPoints: [UInt8]?, depth: Int, k: Int, n: Int
    ) -> Float {
        func number(_ bytes: [UInt8], _ start: Int, _ index: Int) -> UInt8 {
            layout.bits == 8 ? bytes[start + index] : bytes[start + index / 2] >> (index % 2 * 4) & 15
        }
        let blocks = layout.blocks(depth)
        let block = k / layout.blockSize
        let q = number(b, n * blocks * layout.blockSize * layout.bits / 8, k)
        let zero = zeroPoints.map { number($0, n * ((blocks * layout.bits + 7) / 8), block) } ?? (layout.bits == 8 ? 128 : 8)
        return (Float(q) - Float(zero)) * scales[n * blocks + block]
    }
}
