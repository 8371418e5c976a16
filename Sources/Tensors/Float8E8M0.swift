/// A power of two in eight bits, from 2⁻¹²⁷ to 2¹²⁷, with neither sign nor zero: the scale of a microscaling block.
public enum Float8E8M0 {
    public enum Rounding: Sendable, Hashable {
        case up, down
        /// Ties go up.
        case nearest
    }

    public static let nan: UInt8 = 0xFF
    public static let largest: UInt8 = 0xFE

    public static func value(of code: UInt8) -> Float {
        switch code {
        case nan: .nan
        case 0: Float(bitPattern: 0x0040_0000)
        default: Float(bitPattern: UInt32(code) << 23)
        }
    }

    /// The code for the magnitude of `value`.
    ///
    /// - Parameter saturate: whether what lies outside the range becomes its nearest end; otherwise it becomes NaN.
    public static func encode(_ value: Float, saturate: Bool, rounding: Rounding) -> UInt8 {
        if value.isNaN { return nan }
        if value.isInfinite { return saturate ? largest : nan }
        if value == 0 { return saturate ? 0 : nan }
        let bits = value.bitPattern
        let field = (bits >> 23) & 0xFF
        let fraction = bits & 0x007F_FFFF
        let goesUp: Bool
        switch rounding {
        case .up: goesUp = fraction != 0
        case .down: goesUp = false
        case .nearest: goesUp = fraction > 0x0040_0000 || (fraction == 0x0040_0000 && field > 0)
        }
        let code = field + (goesUp ? 1 : 0)
        if code > UInt32(largest) { return saturate ? largest : nan }
        return UInt8(code)
    }
}
