/// A generator whose numbers repeat for a seed (SplitMix64): what runs must have so that they can be compared.
public struct SeededRandom: RandomNumberGenerator, Sendable {
    private var state: UInt64

    public init(seed: UInt64) { state = seed }

    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// From 0, not including 1.
    public mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// Exponentially distributed, with mean 1.
    public mutating func exponential() -> Double { -Logarithm.natural(1 - unit()) }
}
