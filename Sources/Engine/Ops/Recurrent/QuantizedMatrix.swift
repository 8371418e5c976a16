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
struct QuantizedMatrix: Sendable {
    private let packed: Tensor
    private let perMatrix: Int
    private let isSigned: Bool
    /// One a column of each matrix.
    private let scales: Tensor
    private let zeroPoints: Tensor
    let inner: Int
    let columns: Int

    /// - Parameters: tensors that ``DynamicQuantizeLSTM`` has checked.
    init(_ matrix: Tensor, scale: Tensor, zeroPoint: Tensor) {
        let kernels = Kernels.table.integer
        let directions = matrix.shape[0]
        (inner, columns) = (matrix.shape[1], matrix.shape[2])
        isSigned = matrix.dataType == .int8
        perMatrix = kernels.packedBytes(inner, columns)
        packed = Tensor(dataType: .uint8, shape: [directions, perMatrix])
        for direction in 0..<directions {
            kernels.packB(
                matrix.pointer(as: UInt8.self) + direction * inner * columns, isSigned, columns, 1, inner, columns,
                packed.mutableBytes + direction * perMatrix)
        }
        // One for each matrix becomes one for each of its columns.
        let (given, zeros) = (scale.floats, IntegerOperand.values(zeroPoint))
        let count = directions * columns
        let columns = max(columns, 1)
        scales = Tensor((0..<count).map { given[given.count == directions ? $0 / columns : $0] }, dataType: .float32, shape: [count])
        zeroPoints = Tensor((0..<count).map { zeros[zeros.count == directions ? $0 / columns : $0] }, dataType: .int32, shape: [count])
    }

    /// target = (target or 0) + rows · matrix, rows of the target `stride` apart.
    func add(
        _ direction: Int, _ rows: QuantizedRows, _ range: Range<Int>, _ target: UnsafeMutablePointer<Float>, stride: Int, accumulates: Bool
    ) {
        let table = Kernels.table
        let kernels = table.integer
        let columnScales = scales.pointer(as: Float.self) + direction * columns
        LaneScratch.with(Int32.self, count: range.count * columns) { sums in
            LaneScratch.with(UInt8.self, count: kernels.scratchBytes(range.count, columns, inner)) { scratch in
                var call = GemmInt8(
                    rows: range.count, columns: columns, depth: inner, a: UnsafePointer(rows.elements) + range.lowerBound * inner,
                    aIsSigned: false, aRowStride: inner, packedB: packed.bytes + direction * perMatrix, bIsSigned: isSigned,
                    c: sums, cRowStride: columns, scratch: UnsafeMutableRawPointer(scratch))
                call.aZeroPoints = UnsafePointer(rows.zeroPoints) + range.lowerBound
                call.bZeroPoints = zeroPoints.pointer(as: Int32.self) + direction * columns
                if !range.isEmpty { kernels.multiply(call) }
            }
            for (index, row) in range.enumerated() {
                let (line, sum) = (target + index * stride, sums + index * columns)
                guard accumulates else {
                    kernels.dequantizeSums(sum, rows.scales[row], columnScales, nil, .identity, line, columns)
                    continue
                }
                // A sum and its float have one place: each is read before it is written.
                let floats = UnsafeMutableRawPointer(sum).assumingMemoryBound(to: Float.self)
                kernels.dequantizeSums(sum, rows.scales[row], columnScales, nil, .identity, floats, columns)
                table.binary.add(BinaryOperand(line, rowStride: 0), BinaryOperand(floats, rowStride: 0), line, 1, columns)
            }
        }
    }
}
