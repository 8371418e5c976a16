@_exported public import KernelTable

internal import CKernels
internal import Synchronization

#if arch(x86_64)
    internal import KernelsX86V2
    internal import KernelsX86V3
    internal import KernelsX86V4
#else
    internal import KernelsPlain
#endif

/// The kernels of this process: one table per instruction set that the CPU has, and the one in use.
public enum Kernels {
    /// Every table that runs on this CPU, plainest first.
    public static let available: [KernelTable] = {
        #if arch(x86_64)
            var tables = [KernelsX86V2.makeKernelTable(.x86v2, hasByteDot: false)]
            if ck_cpu_has_x86_64_v3() != 0 { tables.append(KernelsX86V3.makeKernelTable(.x86v3, hasByteDot: false)) }
            if ck_cpu_has_x86_64_v4() != 0 {
                tables.append(KernelsX86V4.makeKernelTable(.x86v4, hasByteDot: false))
                if ck_cpu_has_avx512_vnni() != 0 { tables.append(KernelsX86V4.makeKernelTable(.x86v4, hasByteDot: true)) }
            }
            return tables
        #else
            return [KernelsPlain.makeKernelTable(.plain, hasByteDot: false)]
        #endif
    }()

    /// The widest table of this CPU within the limit; chosen once, at first use.
    public static let table: KernelTable = {
        chosen.store(true, ordering: .sequentiallyConsistent)
        let limit = ceiling.load(ordering: .sequentiallyConsistent)
        return available.last { $0.instructionSet.rawValue <= limit } ?? available[0]
    }()

    private static let ceiling = Atomic<UInt8>(.max)
    private static let chosen = Atomic<Bool>(false)

    /// Keeps ``table`` from going beyond `instructionSet`: to test the narrower kernels on a wider CPU.
    /// - Returns: false when the table has been chosen already, and nothing changes.
    public static func limit(to instructionSet: InstructionSet) -> Bool {
        if chosen.load(ordering: .sequentiallyConsistent) { return false }
        ceiling.store(instructionSet.rawValue, ordering: .sequentiallyConsistent)
        return true
    }
}
