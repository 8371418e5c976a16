internal import Tensors

/// Quantises a tensor to bytes by its own range, and gives the scale and zero point that it chose.
struct DynamicQuantizeLinear: Operation {
    let node: Node

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let x = try node.operand(inputs, 0, of: [.float32])
        return [Fact(.uint8, x.dims), Fact(.float32, shape: .scalar), Fact(.uint8, shape: .scalar)]
    }

    func run(_ run: NodeRun) throws(EngineError) {
        let x = run.tensor(0)
        let y = run.output(0)
        let source = x.pointer(as: Float.self)
        var (maximum, minimum): (Float, Float) = (0, 0)
        RealMaximum<Float>.rows(source, &maximum, 1, x.count)
        RealMinimum<Float>.rows(source, &minimum, 1, x.count)
        // The range always holds zero, which must be exact.
        let largest = max(0, maximum)
        let smallest = min(0, minimum)
        let scale: Float = largest == smallest ? 1 : (largest - smallest) / 255
        var zero = (0 - smallest / scale).rounded(.toNearestOrEven)
        // Comparisons that NaN fails, so that it ends as zero.
        zero = zero > 0 ? (zero < 255 ? zero : 255) : 0
        if run.isWanted(1) { run.output(1).mutablePointer(as: Float.self)[0] = scale }
        if run.isWanted(2) { run.output(2).mutablePointer(as: UInt8.self)[0] = UInt8(zero) }
        let shift = zero
        run.parallel(x.count, costPerPiece: 4) { range in
            QuantizedRow.quantizeBytes(
                source + range.lowerBound, scale, shift, y.mutablePointer(as: UInt8.self) + range.lowerBound, .uint8, range.count)
        }
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] {
        let result: RowAxis = inputs[0] == .absent ? .absent : .mixed("its scale is that of the whole tensor")
        return [RowAxis](repeating: result, count: 3)
    }

    var outputCount: Int { 3 }

    static let all: [OperatorEntry] = [
        OperatorEntry("DynamicQuantizeLinear", versions: 11...Int.max) { node in DynamicQuantizeLinear(node: node) }
    ]
}
