/// Rows of a full tile, such that its sums and operands fit the register file: 12×32 of 32 zmm, 6×16 of 16 ymm, 4×8 of 16 xmm.
@inline(__always) var tileRows: Int {
    #if ISA_AVX512
        12
    #elseif ISA_AVX2
        6
    #else
        4
    #endif
}

/// Rows that four full panels at once still fit in registers.
@inline(__always) var wideRows: Int {
    #if ISA_AVX512
        3
    #else
        1
    #endif
}
