internal import Kernels
internal import Tensors

/// Rounding of scaled floats to integers, in loops that the compiler turns into vectors.
enum QuantizedRow {
    /// Added to a float of magnitude below 2²², this leaves the nearest integer, ties to even, in the low bits.
    @inline(__always) private static var magic: Float { 12_582_912 }

    /// Saturates `quotient` to `low...high` and rounds it. NaN becomes `low`.
    ///
    /// Saturating first is the same, as the bounds are integers.
    @inline(__always)
    static func rounded(_ quotient: Float, _ low: Float, _ high: Float) -> Int32 {
        let above = quotient > low ? quotient : low
        let bounded = above < high ? above : high
        return Int32(bitPattern: (bounded + magic).bitPattern) &- Int32(bitPattern: magic.bitPattern)
    }

    /// y = saturate(round(x / scale) + zero) for the integers `bounds`.
    @inline(__always)
    static func quantize<T: FixedWidthInteger & BitwiseCopyable>(
        _ x: UnsafePointer<Float>, _ scale: UnsafePointer<Float>, _ zero: UnsafePointer<Float>, _ step: Int,
        _ y: UnsafeMutablePointer<T>, _ count: Int, _ bounds: ClosedRange<Float>
    ) {
        let (low, high) = (bounds.lowerBound, bounds.upperBound)
        if step == 0 {
            let (scale, zero) = (scale[0], zero[0])
            let shift = Int32(zero)
            for index in 0..<count {
                y[index] = T(truncatingIfNeeded: rounded(x[index] / scale, low - zero, high - zero) &+ shift)
            }
        } else {
            for index in 0..<count {
                let zero = zero[index]
                y[index] = T(truncatingIfNeeded: rounded(x[index] / scale[index], low - zero, high - zero) &+ Int32(zero))
            }
        }
    }

    /// The same for bytes that share one scale, by vectors.
    static func quantizeBytes(
        _ x: UnsafePointer<Float>, _ scale: Float, _ zero: Float, _ y: UnsafeMutablePointer<UInt8>, _ type: DataType, _ count: Int
    ) {
        Kernels.table.integer.quantize(x, scale, Int32(zero), type == .int8, y, count)
    }

    static func dequantizeBytes(
        _ x: UnsafePointer<UInt8>, _ type: DataType, _ scale: Float, _ zero: Float, _ y: UnsafeMutablePointer<Float>, _ count: Int
    ) {
        Kernels.table.integer.dequantize(x, type == .int8, scale, Int32(zero), y, count)
    }

    /// y = (x − zero) · scale.
    @inline(__always)
    static func dequantize<T: FixedWidthInteger & BitwiseCopyable>(
        _ x: UnsafePointer<T>, _ scale: UnsafePointer<Float>, _ zero: UnsafePointer<Float>, _ step: Int,
        _ y: UnsafeMutablePointer<Float>, _ count: Int
    ) {
        if step == 0 {
            let (scale, zero) = (scale[0], zero[0])
            for index in 0..<count { y[index] = (Float(Int32(truncatingIfNeeded: x[index])) - zero) * scale }
        } else {
            for index in 0..<count { y[index] = (Float(Int32(truncatingIfNeeded: x[index])) - zero[index]) * scale[index] }
        }
    }
}
