/// A 16-bit float with the exponent range of `Float`: its upper half.
public struct BFloat16: Sendable, BitwiseCopyable, Hashable {
    public var bitPattern: UInt16

    @inlinable public init(bitPattern: UInt16) { self.bitPattern = bitPattern }

    /// The nearest value, ties to even. A NaN stays a NaN.
    @inlinable
    public init(_ value: Float) {
        let bits = value.bitPattern
        if bits & 0x7FFF_FFFF > 0x7F80_0000 {
            // Truncation alone could clear the whole payload and leave an infinity.
            bitPattern = UInt16(truncatingIfNeeded: bits >> 16) | 0x0040
        } else {
            bitPattern = UInt16(truncatingIfNeeded: (bits &+ 0x7FFF &+ ((bits >> 16) & 1)) >> 16)
        }
    }

    @inlinable public var float: Float { Float(bitPattern: UInt32(bitPattern) << 16) }

    /// The value of a bit pattern.
    @inlinable public static func widened(_ bitPattern: UInt16) -> Float { BFloat16(bitPattern: bitPattern).float }

    /// The bit pattern nearest to a value.
    @inlinable public static func rounded(_ value: Float) -> UInt16 { BFloat16(value).bitPattern }
}
