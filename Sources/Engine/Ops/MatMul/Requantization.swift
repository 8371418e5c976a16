internal import Tensors

/// From a real number to an 8-bit one: scaled, rounded to nearest with ties to even, shifted, saturated.
struct Requantization {
    let scale: Float
    let zeroPoint: Int32

    @inline(__always)
    func unsigned(_ value: Float) -> UInt8 { UInt8(truncatingIfNeeded: clamped(value, 0, 255)) }

    @inline(__always)
    func signed(_ value: Float) -> Int8 { Int8(truncatingIfNeeded: clamped(value, -128, 127)) }

    @inline(__always)
    private func clamped(_ value: Float, _ low: Float, _ high: Float) -> Int32 {
        let shifted = (value * scale).rounded(.toNearestOrEven) + Float(zeroPoint)
        // A NaN compares false and so becomes the lower bound.
        return Int32(shifted > low ? min(shifted, high) : low)
    }

    /// Writes element `index` of an 8-bit tensor.
    @inline(__always)
    func store(_ value: Float, _ tensor: Tensor, _ index: Int) {
        if tensor.dataType == .uint8 {
            tensor.mutablePointer(as: UInt8.self)[index] = unsigned(value)
        } else {
            tensor.mutablePointer(as: Int8.self)[index] = signed(value)
        }
    }
}

extension Node {
    static var eightBit: [DataType] { [.uint8, .int8] }

    /// Checks that a scale or zero point has one element, or one for each of `extent`.
    func checkGranularity(_ fact: Fact?, _ label: String, extent: Dim) throws(EngineError) {
        guard let dims = fact?.dims, let shape = fact?.shape else { return }
        if shape.count == 1 { return }
        let last = dims.last { $0 != 1 }
        guard let last else { throw malformed("input '\(label)' must have one element, or one for each of \(extent)") }
        try checkExtent(last, extent, "the number of elements of input '\(label)'")
    }
}
