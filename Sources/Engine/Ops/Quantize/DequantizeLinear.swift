internal import Tensors

/// y = (x − zero point) · scale.
struct DequantizeLinear: Operation {
    let attributes: QuantizationAttributes

    private var node: Node { attributes.node }

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let x = try node.operand(inputs, 0, of: QuantizationAttributes.quantized)
        let scale = try node.operand(inputs, 1, of: QuantizationAttributes.scales)
        let zeroPoint = inputs.count > 2 && inputs[2] != nil ? try node.operand(inputs, 2, like: x) : nil
        let type = attributes.outputType ?? scale.dataType ?? .float32
        guard DataTypeSet.reals.contains(type) else { throw node.malformed("it does not dequantise to \(type)") }
        try attributes.check(x, scale: scale, zeroPoint: zeroPoint)
        return [Fact(type, x.dims)]
    }

    func run(_ run: NodeRun) throws(EngineError) {
        let (x, scale) = (run.tensor(0), run.tensor(1))
        let y = run.output(0)
        let grid = try attributes.grid(x.shape, scale.shape)
        let scales = run.computed(scale, as: Float.self)
        let zeros = try run.zeroPoints(2, count: scale.count)
        run.parallel(grid.rowCount, costPerPiece: 4 * grid.rowLength) { range in
            for index in range {
                let row = grid.row(index)
                let (scale, zero) = (scales + row.parameter, zeros + row.parameter)
                switch (x.dataType, y.dataType) {
                case (.uint8, .float32) where row.step == 0, (.int8, .float32) where row.step == 0:
                    QuantizedRow.dequantizeBytes(
                        x.pointer(as: UInt8.self) + row.start, x.dataType, scale[0], zero[0],
                        y.mutablePointer(as: Float.self) + row.start, row.count)
                case (.uint8, .float32): fill(x, scale, zero, row, y, UInt8.self)
                case (.int8, .float32): fill(x, scale, zero, row, y, Int8.self)
                case (.uint16, .float32): fill(x, scale, zero, row, y, UInt16.self)
                case (.int16, .float32): fill(x, scale, zero, row, y, Int16.self)
                default: convert(x, scale, zero, row, y)
                }
            }
        }
    }

    @inline(__always)
    private func fill<T: FixedWidthInteger & BitwiseCopyable>(
        _ x: Tensor, _ scale: UnsafePointer<Float>, _ zero: UnsafePointer<Float>, _ row: QuantizationGrid.Row, _ y: Tensor,
        _ type: T.Type
    ) {
        QuantizedRow.dequantize(
            x.pointer(as: type) + row.start, scale, zero, row.step, y.mutablePointer(as: Float.self) + row.start, row.count)
    }

    private func convert(
        _ x: Tensor, _ scale: UnsafePointer<Float>, _ zero: UnsafePointer<Float>, _ row: QuantizationGrid.Row, _ y: Tensor
    ) {
        let capacity = ElementConversion.blockCount
        let conversion = ElementConversion.standard
        withUnsafeTemporaryAllocation(of: Float.self, capacity: capacity) { memory in
            guard let block = memory.baseAddress else { return }
            var at = 0
            while at < row.count {
                let n = min(capacity, row.count - at)
                let here = row.start + at
                conversion.convert(x.bytes + here * x.dataType.byteWidth, x.dataType, to: block, .float32, count: n)
                for index in 0..<n {
                    let parameter = (at + index) * row.step
                    block[index] = (block[index] - zero[parameter]) * scale[parameter]
                }
                conversion.convert(block, .float32, to: y.mutableBytes + here * y.dataType.byteWidth, y.dataType, count: n)
                at += n
            }
        }
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] { [attributes.rows(inputs, facts: facts)] }

    static let all: [OperatorEntry] = [
        OperatorEntry("DequantizeLinear", versions: 10...Int.max) { node throws(EngineError) in
            DequantizeLinear(attributes: try QuantizationAttributes(node))
        },
        OperatorEntry("DequantizeLinear", domain: "com.microsoft") { node throws(EngineError) in
            DequantizeLinear(attributes: try QuantizationAttributes(node))
        },
    ]
}
