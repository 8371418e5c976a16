internal import Tensors

/// y = saturate(round(x / scale) + zero point).
struct QuantizeLinear: Operation {
    let attributes: QuantizationAttributes
    let saturates: Bool
    /// The precision of the division, where the node asks for another than that of the scale.
    let precision: DataType?

    private var node: Node { attributes.node }

    init(_ node: Node) throws(EngineError) {
        attributes = try QuantizationAttributes(node)
        saturates = try node.bool("saturate", default: true)
        precision = try node.int("precision", default: 0) == 0 ? nil : try node.dataType("precision")
        if let precision, !DataTypeSet.reals.contains(precision) {
            throw node.malformed("attribute 'precision' must be a float type, is \(precision)")
        }
    }

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let x = try node.operand(inputs, 0, of: [.float32, .float16, .bfloat16, .int32, .float64])
        let scale = try node.operand(inputs, 1, of: QuantizationAttributes.scales)
        let zeroPoint = try node.optionalOperand(inputs, 2, of: QuantizationAttributes.quantized)
        if let type = attributes.outputType, let own = zeroPoint?.dataType, type != own {
            throw node.malformed("attribute 'output_dtype' is \(type), the zero point is \(own)")
        }
        let type = zeroPoint?.dataType ?? attributes.outputType ?? .uint8
        guard QuantizationAttributes.quantized.contains(type), type != .int32 else {
            throw node.malformed("it does not quantise to \(type)")
        }
        try attributes.check(x, scale: scale, zeroPoint: zeroPoint)
        return [Fact(type, x.dims)]
    }

    func run(_ run: NodeRun) throws(EngineError) {
        let (x, scale) = (run.tensor(0), run.tensor(1))
        let y = run.output(0)
        let grid = try attributes.grid(x.shape, scale.shape)
        let quotient = Quotient(
            x: x, scales: run.computed(scale, as: Float.self), zeros: try run.zeroPoints(2, count: scale.count),
            rounding: rounding(scale.dataType))
        let (width, type) = (y.dataType.byteWidth, y.dataType)
        run.parallel(grid.rowCount, costPerPiece: 8 * grid.rowLength) { range in
            for index in range {
                let row = grid.row(index)
                quotient.forEachBlock(of: row) { x, scale, zero, at, count in
                    let target = y.mutableBytes + at * width
                    switch type {
                    case .uint8 where row.step == 0, .int8 where row.step == 0:
                        QuantizedRow.quantizeBytes(x, scale[0], zero[0], target.assumingMemoryBound(to: UInt8.self), type, count)
                    case .uint8: store(x, scale, zero, row.step, target, count, 0...255, UInt8.self)
                    case .int8: store(x, scale, zero, row.step, target, count, -128...127, Int8.self)
                    case .uint16: store(x, scale, zero, row.step, target, count, 0...65535, UInt16.self)
                    case .int16: store(x, scale, zero, row.step, target, count, -32768...32767, Int16.self)
                    case .uint4: store(x, scale, zero, row.step, target, count, 0...15, UInt8.self)
                    case .int4: store(x, scale, zero, row.step, target, count, -8...7, Int8.self)
                    case .uint2: store(x, scale, zero, row.step, target, count, 0...3, UInt8.self)
                    case .int2: store(x, scale, zero, row.step, target, count, -2...1, Int8.self)
                    default: storeFloats(x, scale, zero, row.step, target, type, count)
                    }
                }
            }
        }
    }

    @inline(__always)
    private func store<T: FixedWidthInteger & BitwiseCopyable>(
        _ x: UnsafePointer<Float>, _ scale: UnsafePointer<Float>, _ zero: UnsafePointer<Float>, _ step: Int,
        _ y: UnsafeMutableRawPointer, _ count: Int, _ bounds: ClosedRange<Float>, _ type: T.Type
    ) {
        QuantizedRow.quantize(x, scale, zero, step, y.assumingMemoryBound(to: type), count, bounds)
    }

    /// Floats of eight bits and less. Only those of four have zero points that count.
    private func storeFloats(
        _ x: UnsafePointer<Float>, _ scale: UnsafePointer<Float>, _ zero: UnsafePointer<Float>, _ step: Int,
        _ y: UnsafeMutableRawPointer, _ type: DataType, _ count: Int
    ) {
        withUnsafeTemporaryAllocation(of: Float.self, capacity: count) { block in
            guard let block = block.baseAddress else { return }
            for index in 0..<count { block[index] = x[index] / scale[index * step] }
            if type == .float4E2M1, node.inputs.count > 2, !node.inputs[2].isEmpty {
                for index in 0..<count { block[index] += zero[index * step] }
            }
            ElementConversion(saturate: saturates).convert(block, .float32, to: y, type, count: count)
        }
    }

    /// The type that quotients are rounded to before anything else, or nil when single precision is right.
    private func rounding(_ scale: DataType) -> DataType? {
        switch precision ?? scale {
        case .float16: .float16
        case .bfloat16: .bfloat16
        default: nil
        }
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] { [attributes.rows(inputs, facts: facts)] }

    static let all: [OperatorEntry] = [
        OperatorEntry("QuantizeLinear", versions: 10...Int.max) { node throws(EngineError) in try QuantizeLinear(node) },
        OperatorEntry("QuantizeLinear", domain: "com.microsoft") { node throws(EngineError) in try QuantizeLinear(node) },
    ]
}

/// The dividends and divisors of a quantisation, block by block.
private struct Quotient {
    let x: Tensor
    let scales: UnsafePointer<Float>
    let zeros: UnsafePointer<Float>
    let rounding: DataType?

    /// Calls `body` with values to divide, the scales and zeros that hold from there on, where the block lies, and how long it is.
    func forEachBlock(
        of row: QuantizationGrid.Row,
        _ body: (UnsafePointer<Float>, UnsafePointer<Float>, UnsafePointer<Float>, Int, Int) -> Void
    ) {
        let (scale, zero) = (scales + row.parameter, zeros + row.parameter)
        if x.dataType == .float32, rounding == nil {
            body(x.pointer(as: Float.self) + row.start, scale, zero, row.start, row.count)
            return
        }
        let capacity = ElementConversion.blockCount
        withUnsafeTemporaryAllocation(of: Float.self, capacity: 2 * capacity) { memory in
            guard let block = memory.baseAddress else { return }
            let rounded = block + capacity
            var at = 0
            while at < row.count {
                let n = min(capacity, row.count - at)
                let here = row.start + at
                ElementConversion.standard.convert(
                    x.bytes + here * x.dataType.byteWidth, x.dataType, to: block, .float32, count: n)
                var divisor = scale + at * row.step
                if let rounding {
                    for index in 0..<n { block[index] /= divisor[index * row.step] }
                    ElementConversion.standard.convert(block, .float32, to: rounded, rounding, count: n)
                    ElementConversion.standard.convert(rounded, rounding, to: block, .float32, count: n)
                    // Divided already: what follows divides by one.
                    rounded.update(repeating: 1, count: n)
                    divisor = UnsafePointer(rounded)
                }
                body(block, divisor, zero + at * row.step, here, n)
                at += n
            }
        }
    }
}
