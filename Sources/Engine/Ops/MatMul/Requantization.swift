internal import Kernels
internal import Tensors

/// From sums to 8-bit elements: scaled, rounded to nearest with ties to even, shifted, saturated.
struct Requantization {
    let zeroPoint: Int32
    let isSigned: Bool

    init(_ zeroPoint: Int32, _ dataType: DataType) {
        self.zeroPoint = zeroPoint
        isSigned = dataType == .int8
    }

    /// One row; `scales` has a factor for each column besides `scale`, or is nil. `floats` is memory for `count` of them.
    func row(
        _ sums: UnsafePointer<Int32>, _ count: Int, scale: Float, scales: UnsafePointer<Float>? = nil, _ floats: UnsafeMutablePointer<Float>,
        into target: UnsafeMutablePointer<UInt8>
    ) {
        let kernels = Kernels.table.integer
        kernels.dequantizeSums(sums, scale, scales, nil, .identity, floats, count)
        kernels.quantize(UnsafePointer(floats), 1, zeroPoint, isSigned, target, count)
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
        guard shape.count == last.value else { throw malformed("input '\(label)' has more than one axis") }
        try checkExtent(last, extent, "the number of elements of input '\(label)'")
    }
}
