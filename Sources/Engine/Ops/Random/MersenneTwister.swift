/// The 32-bit Mersenne Twister MT19937, seeded and read as NumPy's `RandomState` does: one seed, the same numbers.
struct MersenneTwister {
    private static let size = 624
    private static let shift = 397

    private var state: [UInt32]
    private var position = MersenneTwister.size

    init(seed: UInt32) {
        state = [seed]
        state.reserveCapacity(Self.size)
        for index in 1..<Self.size {
            let last = state[index - 1]
            state.append(1_812_433_253 &* (last ^ (last >> 30)) &+ UInt32(index))
        }
    }

    /// A twister for `seed`, or for one that nobody can foretell when there is none.
    init(seed: Float?) {
        guard let seed else {
            self.init(seed: UInt32.random(in: 0...UInt32.max))
            return
        }
        self.init(seed: UInt32(truncatingIfNeeded: seed.truncatedInt64))
    }

    mutating func next() -> UInt32 {
        if position == Self.size { twist() }
        var word = state[position]
        position += 1
        word ^= word >> 11
        word ^= (word << 7) & 0x9D2C_5680
        word ^= (word << 15) & 0xEFC6_0000
        return word ^ (word >> 18)
    }

    private mutating func twist() {
        for index in 0..<Self.size {
            let word = (state[index] & 0x8000_0000) | (state[(index + 1) % Self.size] & 0x7FFF_FFFF)
            let mask: UInt32 = word & 1 == 0 ? 0 : 0x9908_B0DF
            state[index] = state[(index + Self.shift) % Self.size] ^ (word >> 1) ^ mask
        }
        position = 0
    }

    /// Uniform in [0, 1), with 53 bits.
    mutating func uniform() -> Double {
        let high = Double(next() >> 5)
        let low = Double(next() >> 6)
        return (high * 67_108_864 + low) / 9_007_199_254_740_992
    }
}
