import Kernels

extension GemmKernels {
    /// Multiply-adds in registers alone, in GFLOP/s.
    func peakGigaflops() -> Double {
        let depth = 100_000
        var sink: Float = 0
        let time = seconds { sink += registersOnly(depth) }
        precondition(sink != 1)
        return 2 * Double(depth * tileRows * panelColumns) / time * 1e-9
    }
}
