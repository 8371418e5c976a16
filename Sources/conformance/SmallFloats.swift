import Tensors

/// Floating-point formats of a byte or less, as numbers to compare: every NaN is one, and zero has no sign.
struct SmallFloat {
    let exponentBits: Int
    let mantissaBits: Int
    let bias: Int
    /// Whether the largest exponent also holds infinities, as in the formats of IEEE 754.
    let hasInfinity: Bool
    let isNaN: @Sendable (UInt8) -> Bool

    init?(_ dataType: DataType) {
        switch dataType {
        case .float8E4M3FN: self.init(4, 3, bias: 7) { $0 & 0x7F == 0x7F }
        case .float8E4M3FNUZ: self.init(4, 3, bias: 8) { $0 == 0x80 }
        case .float8E5M2: self.init(5, 2, bias: 15, hasInfinity: true) { $0 & 0x7F > 0x7C }
        case .float8E5M2FNUZ: self.init(5, 2, bias: 16) { $0 == 0x80 }
        case .float4E2M1: self.init(2, 1, bias: 1) { _ in false }
        default: return nil
        }
    }

    private init(_ exponentBits: Int, _ mantissaBits: Int, bias: Int, hasInfinity: Bool = false, isNaN: @escaping @Sendable (UInt8) -> Bool)
    {
        self.exponentBits = exponentBits
        self.mantissaBits = mantissaBits
        self.bias = bias
        self.hasInfinity = hasInfinity
        self.isNaN = isNaN
    }

    func value(_ code: UInt8) -> Double {
        if isNaN(code) { return .nan }
        let sign = (code >> (exponentBits + mantissaBits)) & 1 == 0 ? 1.0 : -1.0
        let exponent = Int(code >> mantissaBits) & ((1 << exponentBits) - 1)
        let fraction = Double(Int(code) & ((1 << mantissaBits) - 1)) / Double(1 << mantissaBits)
        if hasInfinity, exponent == (1 << exponentBits) - 1 { return sign * .infinity }
        if exponent == 0 { return sign * Double(sign: .plus, exponent: 1 - bias, significand: fraction) }
        return sign * Double(sign: .plus, exponent: exponent - bias, significand: 1 + fraction)
    }
}
