/// The instruction sets that kernels are built for, from the plainest to the widest.
public enum InstructionSet: UInt8, Sendable, Hashable, Comparable, CaseIterable {
    /// Whatever the compiler assumes of the architecture: NEON on aarch64.
    case plain
    /// SSE4.2, without fused multiply-add.
    case x86v2
    /// AVX2 and FMA.
    case x86v3
    /// AVX-512 F, BW, CD, DQ, VL.
    case x86v4

    public static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }
}
