internal import Kernels

extension Float {
    static var panelColumns: Int { Kernels.table.gemm.panelColumns }

    static func packedCount(depth: Int, columns: Int) -> Int { Kernels.table.gemm.packedFloats(depth, columns) }

    static func pack(
        _ b: UnsafePointer<Float>, _ strides: (row: Int, column: Int), depth: Int, columns: Int, into packed: UnsafeMutablePointer<Float>
    ) {
        if depth > 0, columns > 0 { Kernels.table.gemm.packB(b, strides.row, strides.column, depth, columns, packed) }
    }

    static func multiply(
        _ problem: MatrixMultiply, _ a: UnsafePointer<Float>, packed b: UnsafePointer<Float>, _ c: UnsafeMutablePointer<Float>
    ) {
        multiply(problem, a, packed: b, c, Epilogue())
    }

    /// A product with something done to every finished sum.
    static func multiply(
        _ problem: MatrixMultiply, _ a: UnsafePointer<Float>, packed b: UnsafePointer<Float>, _ c: UnsafeMutablePointer<Float>,
        _ epilogue: Epilogue
    ) {
        guard problem.m > 0, problem.n > 0 else { return }
        var epilogue = epilogue
        if problem.accumulates {
            epilogue.residual = UnsafePointer(c)
            epilogue.residualRowStride = problem.cRow
        }
        let gemm = Kernels.table.gemm
        var call = GemmF32(
            rows: problem.m, columns: problem.n, depth: problem.k, a: a, aRowStride: problem.aStrides.row,
            aDepthStride: problem.aStrides.column, packedB: b, c: c, cRowStride: problem.cRow, epilogue: epilogue)
        let scratch = gemm.scratchFloats(problem.m, problem.n, problem.k)
        if scratch == 0 { return gemm.multiply(call) }
        LaneScratch.with(Float.self, count: scratch) { memory in
            call.scratch = memory
            gemm.multiply(call)
        }
    }
}
