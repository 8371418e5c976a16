/// A floating-point format of at most eight bits with a sign: its layout, its values, and rounding into it.
public struct MiniFloat: Sendable {
    /// What the format does with values that it cannot hold.
    enum Overflow: Sendable {
        /// It has infinities, at this code.
        case infinity(UInt8)
        /// It has no infinities, but a NaN.
        case nan
        /// It has neither: everything too large is its largest value.
        case largest
    }

    let mantissaBits: Int
    let bias: Int
    let signMask: UInt8
    let largestCode: UInt8
    let overflow: Overflow
    /// The code of NaN; its sign is that of the value rounded when `nanHasSign`.
    let nanCode: UInt8
    let nanHasSign: Bool
    let hasNegativeZero: Bool

    /// The value of every code; codes wider than the format repeat.
    public let values: [Float]

    public static let float8E4M3FN = MiniFloat(
        mantissaBits: 3, bias: 7, signMask: 0x80, largestCode: 0x7E, overflow: .nan, nanCode: 0x7F, nanHasSign: true,
        hasNegativeZero: true)
    public static let float8E4M3FNUZ = MiniFloat(
        mantissaBits: 3, bias: 8, signMask: 0x80, largestCode: 0x7F, overflow: .nan, nanCode: 0x80, nanHasSign: false,
        hasNegativeZero: false)
    public static let float8E5M2 = MiniFloat(
        mantissaBits: 2, bias: 15, signMask: 0x80, largestCode: 0x7B, overflow: .infinity(0x7C), nanCode: 0x7E,
        nanHasSign: true, hasNegativeZero: true)
    public static let float8E5M2FNUZ = MiniFloat(
        mantissaBits: 2, bias: 16, signMask: 0x80, largestCode: 0x7F, overflow: .nan, nanCode: 0x80, nanHasSign: false,
        hasNegativeZero: false)
    /// NaN, which this format lacks, becomes negative zero.
    public static let float4E2M1 = MiniFloat(
        mantissaBits: 1, bias: 1, signMask: 0x08, largestCode: 0x07, overflow: .largest, nanCode: 0x08, nanHasSign: false,
        hasNegativeZero: true)

    /// The format that `dataType` is held in, or nil when it is none of these.
    public static func format(of dataType: DataType) -> MiniFloat? {
        switch dataType {
        case .float8E4M3FN: float8E4M3FN
        case .float8E4M3FNUZ: float8E4M3FNUZ
        case .float8E5M2: float8E5M2
        case .float8E5M2FNUZ: float8E5M2FNUZ
        case .float4E2M1: float4E2M1
        default: nil
        }
    }

    init(
        mantissaBits: Int, bias: Int, signMask: UInt8, largestCode: UInt8, overflow: Overflow, nanCode: UInt8,
        nanHasSign: Bool, hasNegativeZero: Bool
    ) {
        self.mantissaBits = mantissaBits
        self.bias = bias
        self.signMask = signMask
        self.largestCode = largestCode
        self.overflow = overflow
        self.nanCode = nanCode
        self.nanHasSign = nanHasSign
        self.hasNegativeZero = hasNegativeZero
        self.values = (0...255).map { code in
            let code = UInt8(code) & (signMask | (signMask - 1))
            let magnitude = code & (signMask - 1)
            let sign: FloatingPointSign = code & signMask == 0 ? .plus : .minus
            if !hasNegativeZero, code == signMask { return .nan }
            if case .infinity(magnitude) = overflow { return sign == .plus ? .infinity : -.infinity }
            if magnitude > largestCode { return .nan }
            let exponentField = Int(magnitude >> UInt8(mantissaBits))
            let mantissa = Int(magnitude) & (1 << mantissaBits - 1)
            let significand = exponentField == 0 ? mantissa : mantissa + 1 << mantissaBits
            return Float(sign: sign, exponent: max(exponentField, 1) - bias - mantissaBits, significand: Float(significand))
        }
    }

    /// The code of the nearest value, ties to even.
    ///
    /// - Parameter saturate: whether a value too large, an infinity among them, becomes the largest finite one; otherwise it
    ///   becomes an infinity, or NaN where the format has none.
    public func encode(_ value: Float, saturate: Bool) -> UInt8 {
        let sign = value.sign == .minus ? signMask : 0
        if value.isNaN { return nanHasSign ? nanCode | sign : nanCode }
        if value.isInfinite { return tooLarge(sign, saturate: saturate) }
        if value == 0 { return hasNegativeZero ? sign : 0 }

        let magnitude = Double(value.magnitude)
        let smallestNormal = 1 - bias
        let exponent = max(Int(magnitude.exponent), smallestNormal)
        if exponent > 128 - mantissaBits { return tooLarge(sign, saturate: saturate) }
        // Exact: a power of two in double precision.
        let scaled = Double(sign: .plus, exponent: mantissaBits - exponent, significand: magnitude)
        let rounded = Int(scaled.rounded(.toNearestOrEven))
        // A mantissa that rounds up to the next power of two carries into the exponent by itself.
        let code = (exponent - smallestNormal) << mantissaBits + rounded
        if code > Int(largestCode) { return tooLarge(sign, saturate: saturate) }
        if code == 0 { return hasNegativeZero ? sign : 0 }
        return UInt8(code) | sign
    }

    private func tooLarge(_ sign: UInt8, saturate: Bool) -> UInt8 {
        if saturate { return largestCode | sign }
        switch overflow {
        case .infinity(let code): return code | sign
        case .nan: return nanHasSign ? nanCode | sign : nanCode
        case .largest: return largestCode | sign
        }
    }
}
