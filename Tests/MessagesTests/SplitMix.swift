/// A small generator with a seed: the same cases in every run.
struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }

    /// Flips, replaces, inserts, removes or repeats a few bytes.
    mutating func damage(_ bytes: inout [UInt8]) {
        for _ in 0...Int.random(in: 0..<4, using: &self) {
            guard !bytes.isEmpty else { return }
            let position = Int.random(in: 0..<bytes.count, using: &self)
            switch Int.random(in: 0..<6, using: &self) {
            case 0: bytes[position] ^= 1 << UInt8.random(in: 0..<8, using: &self)
            case 1: bytes[position] = UInt8.random(in: 0...255, using: &self)
            case 2: bytes.insert(UInt8.random(in: 0...255, using: &self), at: position)
            case 3: bytes.remove(at: position)
            case 4: bytes.removeSubrange(position...)
            default: bytes.insert(contentsOf: bytes[..<position].prefix(64), at: position)
            }
        }
    }
}
