/// Makes broken models of whole ones, the same ones for the same seed.
struct Mutation {
    private var state: UInt64

    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

    private mutating func next(_ bound: Int) -> Int {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return Int(state % UInt64(max(bound, 1)))
    }

    /// `bytes` with a few things wrong.
    mutating func apply(to bytes: [UInt8]) -> [UInt8] {
        var result = bytes
        for _ in 0...next(3) where !result.isEmpty {
            let position = next(result.count)
            switch next(8) {
            case 0: result[position] ^= 1 << UInt8(next(8))
            case 1: result[position] = UInt8(next(256))
            case 2: result[position] = [0, 1, 0x7F, 0x80, 0xFF][next(5)]
            case 3: result.remove(at: position)
            case 4: result.insert(UInt8(next(256)), at: position)
            case 5: result[position] = result[next(result.count)]
            case 6:
                // Ten bytes of a huge or negative number.
                let huge: [UInt8] = [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01]
                for (offset, byte) in huge.enumerated() where position + offset < result.count { result[position + offset] = byte }
            default:
                let other = next(result.count)
                let count = min(next(16), result.count - max(position, other))
                for offset in 0..<count { result[position + offset] = result[other + offset] }
            }
        }
        return result
    }
}
