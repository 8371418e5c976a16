import Kernels

// kernelbench [x86v2|x86v3|x86v4|widest] [gemm] [conv] [rows] [integer] [ulps [all]]
let wanted = Set(CommandLine.arguments.dropFirst())
let sets = Set(InstructionSet.allCases.map { "\($0)" })
let sections: Set<String> = ["gemm", "conv", "rows", "integer", "ulps"]
func asked(_ section: String) -> Bool { wanted.contains(section) || section != "ulps" && wanted.isDisjoint(with: sections) }

for table in Kernels.available.reversed() {
    if wanted.contains("widest"), table !== Kernels.available.last { continue }
    if !wanted.isDisjoint(with: sets), !wanted.contains("\(table.instructionSet)") { continue }
    let peak = table.gemm.peakGigaflops()
    print("\(table.instructionSet), \(table.integer.dotProduct): FMA peak \(column(peak)) GFLOP/s")
    if asked("gemm") { benchGemm(table, peak) }
    if asked("conv") { benchConvolution(table, peak) }
    if asked("rows") { benchRows(table) }
    if asked("integer") { benchInteger(table) }
    if asked("ulps") { measureAccuracy(table, stride: wanted.contains("all") ? 1 : 1009) }
}
