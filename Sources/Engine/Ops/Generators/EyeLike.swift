internal import Tensors

/// A matrix with the extents of another and ones on a diagonal.
struct EyeLike: Operation {
    let node: Node
    let diagonal: Int
    let type: DataType?

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let input = try node.operand(inputs, 0, of: .numeric)
        if let rank = input.rank, rank != 2 { throw node.malformed("its input must be a matrix, has \(rank) axes") }
        return [Fact(type: type.map(ValueType.tensor) ?? input.type, dims: input.dims ?? [.unknown, .unknown])]
    }

    func run(_ run: NodeRun) throws(EngineError) {
        let output = try run.target(0, of: self)
        let width = output.dataType.byteWidth
        output.mutableBytes.initializeMemory(as: UInt8.self, repeating: 0, count: output.byteCount)
        let (rows, columns) = (output.shape[0], output.shape[1])
        for row in 0..<rows {
            let (column, overflow) = row.addingReportingOverflow(diagonal)
            guard !overflow, column >= 0, column < columns else { continue }
            var one: Float = 1
            ElementConversion.standard.convert(
                &one, .float32, to: output.mutableBytes + (row * columns + column) * width, output.dataType, count: 1)
        }
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] {
        inputs[0] == .absent ? [.absent] : [.mixed("the diagonal counts the rows")]
    }

    static let all: [OperatorEntry] = [
        OperatorEntry("EyeLike", versions: 9...Int.max) { node throws(EngineError) in
            let type = try node.dataType("dtype")
            if let type, !DataTypeSet.numeric.contains(type) { throw node.malformed("attribute 'dtype' must be a numeric type") }
            return EyeLike(node: node, diagonal: try node.int("k", default: 0), type: type)
        }
    ]
}
