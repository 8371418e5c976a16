internal import Kernels
internal import Tensors

/// Rows of floats quantised to 8 bits, each with its own scale and zero point.
struct QuantizedRows {
    let length: Int
    let elements: UnsafeMutablePointer<UInt8>
    let scales: UnsafeMutablePointer<Float>
    let zeroPoints: UnsafeMutablePointer<Int32>

    /// Memory for `count` rows while `body` runs.
    static func with(count: Int, length: Int, _ body: (QuantizedRows) -> Void) {
        LaneScratch.with(UInt8.self, count: count * length) { elements in
            LaneScratch.with(Float.self, count: count) { scales in
                LaneScratch.with(Int32.self, count: count) { zeroPoints in
                    body(QuantizedRows(length: length, elements: elements, scales: scales, zeroPoints: zeroPoints))
                }
            }
        }
    }

    /// Quantises some lines to the rows from `first` on, with one scale for all of them; their range always includes 0.
    func quantize(_ lines: [UnsafePointer<Float>], from first: Int) {
        var (low, high): (Float, Float) = (0, 0)
        for line in lines {
            for i in 0..<length {
                low = min(low, line[i])
                high = max(high, line[i])
            }
        }
        let scale = high == low ? 1 : (high - low) / 255
        let zero = max(0, min(255, (-low / scale).rounded(.toNearestOrEven)))
        let zeroPoint = Int32(zero > 0 ? zero : 0)
        for (index, line) in lines.enumerated() {
            Kernels.table.integer.quantize(line, scale, zeroPoint, false, elements + (first + index) * length, length)
            scales[first + index] = scale
            zeroPoints[first + index] = zeroPoint
        }
    }
}

/// Quantised matrices [directions, inputs, columns] with a scale and a zero point for each, or for each column.
struct QuantizedMatrix {
    private let packed: UnsafeMutableRawPointer
    private let perMatrix: Int
    private let isSigned: Bool
    private let scales: UnsafePointer<Float>
    private let zeroPoints: UnsafeMutablePointer<Int32>
    private let inner: Int
    private let columns: Int

    init(_ run: NodeRun, matrix: Int, scale: Int, zeroPoint: Int) {
        let (tensor, kernels) = (run.tensor(matrix), Kernels.table.integer)
        let shape = tensor.shape
        (inner, columns) = (shape[1], shape[2])
        isSigned = tensor.dataType == .int8
        perMatrix = kernels.packedBytes(inner, columns)
        packed = run.scratch(byteCount: shape[0] * perMatrix)
        for direction in 0..<shape[0] {
            kernels.packB(
                tensor.pointer(as: UInt8.self) + direction * inner * columns, isSigned, columns, 1, inner, columns,
                packed + direction * perMatrix)
        }
        // One for each matrix becomes one for each of its columns.
        let (given, zeros) = (run.tensor(scale).floats, IntegerOperand.values(run.tensor(zeroPoint)))
        let spread = run.scratch(Float.self, count: shape[0] * columns)
        zeroPoints = run.scratch(Int32.self, count: shape[0] * columns)
        for i in 0..<shape[0] * columns {
            spread[i] = given[given.count == shape[0] ? i / columns : i]
            zeroPoints[i] = zeros[zeros.count == shape[0] ? i / columns : i]
        }
        scales = UnsafePointer(spread)
    }

    /// target = (target or 0) + rows · matrix, rows of the target `stride` apart.
    func add(
        _ direction: Int, _ rows: QuantizedRows, _ range: Range<Int>, _ target: UnsafeMutablePointer<Float>, stride: Int, accumulates: Bool
    ) {
        let kernels = Kernels.table.integer
        LaneScratch.with(Int32.self, count: range.count * columns) { sums in
            LaneScratch.with(UInt8.self, count: kernels.scratchBytes(range.count, columns, inner)) { scratch in
                var call = GemmInt8(
                    rows: range.count, columns: columns, depth: inner, a: UnsafePointer(rows.elements) + range.lowerBound * inner,
                    aIsSigned: false, aRowStride: inner, packedB: UnsafeRawPointer(packed) + direction * perMatrix, bIsSigned: isSigned,
                    c: sums, cRowStride: columns, scratch: UnsafeMutableRawPointer(scratch))
                call.aZeroPoints = UnsafePointer(rows.zeroPoints) + range.lowerBound
                call.bZeroPoints = UnsafePointer(zeroPoints) + direction * columns
                if !range.isEmpty { kernels.multiply(call) }
            }
            for (index, row) in range.enumerated() {
                let (line, sum, scale) = (target + index * stride, sums + index * columns, rows.scales[row])
                for j in 0..<columns {
                    let value = Float(sum[j]) * (scale * scales[direction * columns + j])
                    line[j] = accumulates ? line[j] + value : value
                }
            }
        }
    }
}
