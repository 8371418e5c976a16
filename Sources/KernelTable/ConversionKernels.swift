/// Conversions of dense elements. Rounding is to the nearest, halves to even; NaN stays NaN.
public struct ConversionKernels: Sendable {
    /// Binary16 bits to float.
    public let halfToFloat: @Sendable (_ x: UnsafePointer<UInt16>, _ y: UnsafeMutablePointer<Float>, _ count: Int) -> Void
    public let floatToHalf: @Sendable (_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<UInt16>, _ count: Int) -> Void
    /// bfloat16 bits to float.
    public let brainToFloat: @Sendable (_ x: UnsafePointer<UInt16>, _ y: UnsafeMutablePointer<Float>, _ count: Int) -> Void
    public let floatToBrain: @Sendable (_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<UInt16>, _ count: Int) -> Void

    public init(
        halfToFloat: @escaping @Sendable (UnsafePointer<UInt16>, UnsafeMutablePointer<Float>, Int) -> Void,
        floatToHalf: @escaping @Sendable (UnsafePointer<Float>, UnsafeMutablePointer<UInt16>, Int) -> Void,
        brainToFloat: @escaping @Sendable (UnsafePointer<UInt16>, UnsafeMutablePointer<Float>, Int) -> Void,
        floatToBrain: @escaping @Sendable (UnsafePointer<Float>, UnsafeMutablePointer<UInt16>, Int) -> Void
    ) {
        self.halfToFloat = halfToFloat
        self.floatToHalf = floatToHalf
        self.brainToFloat = brainToFloat
        self.floatToBrain = floatToBrain
    }
}
