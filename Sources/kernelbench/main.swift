import Kernels

let wanted = Set(CommandLine.arguments.dropFirst())
func asked(_ name: String) -> Bool { wanted.subtracting(["widest", "all"]).isEmpty || wanted.contains(name) }

for table in Kernels.available.reversed() where !wanted.contains("widest") || table === Kernels.available.last {
    let peak = table.gemm.peakGigaflops()
    print("\(table.instructionSet): FMA peak \(column(peak)) GFLOP/s")
    if asked("gemm") { benchGemm(table, peak) }
    if asked("conv") { benchConvolution(table, peak) }
    if asked("rows") { benchRows(table) }
    if asked("integer") { benchInteger(table) }
    if wanted.contains("ulps") { measureAccuracy(table, stride: wanted.contains("all") ? 1 : 1009) }
}
