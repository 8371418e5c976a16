/// Sums over the features of a row, always in the same order whatever else is computed beside it.
enum FeatureProducts {
    private typealias Lanes = SIMD8<Float>

    /// The sum of the products of two vectors.
    @inline(__always)
    static func dot(_ left: UnsafePointer<Float>, _ right: UnsafePointer<Float>, count: Int) -> Float {
        accumulate(left, right, count: count) {
            $0 * $1
        } tail: {
            $0 * $1
        }
    }

    /// The sum of the squared differences of two vectors.
    @inline(__always)
    static func squaredDistance(_ left: UnsafePointer<Float>, _ right: UnsafePointer<Float>, count: Int) -> Float {
        accumulate(left, right, count: count) {
            ($0 - $1) * ($0 - $1)
        } tail: {
            ($0 - $1) * ($0 - $1)
        }
    }

    @inline(__always)
    private static func accumulate(
        _ left: UnsafePointer<Float>, _ right: UnsafePointer<Float>, count: Int, _ lanes: (Lanes, Lanes) -> Lanes,
        tail: (Float, Float) -> Float
    ) -> Float {
        let first = UnsafeRawPointer(left)
        let second = UnsafeRawPointer(right)
        var even = Lanes.zero
        var odd = Lanes.zero
        var index = 0
        while index + 16 <= count {
            let offset = index * 4
            even += lanes(
                first.loadUnaligned(fromByteOffset: offset, as: Lanes.self),
                second.loadUnaligned(fromByteOffset: offset, as: Lanes.self))
            odd += lanes(
                first.loadUnaligned(fromByteOffset: offset + 32, as: Lanes.self),
                second.loadUnaligned(fromByteOffset: offset + 32, as: Lanes.self))
            index += 16
        }
        var rest: Float = 0
        while index < count {
            rest += tail(left[index], right[index])
            index += 1
        }
        return (even + odd).sum() + rest
    }
}
