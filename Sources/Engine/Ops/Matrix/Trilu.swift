internal import Tensors

/// The upper or lower triangle of every matrix, with zeros elsewhere.
struct Trilu: Operation {
    let node: Node
    let keepsUpper: Bool

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let x = try node.operand(inputs, 0, of: .all)
        if let rank = x.rank, rank < 2 { throw node.malformed("its input must have two axes, has \(rank)") }
        _ = try node.optionalOperand(inputs, 1, of: .int64)
        return [Fact(type: x.type, dims: x.dims)]
    }

    func run(_ run: NodeRun) throws(EngineError) {
        let x = run.tensor(0)
        let y = run.output(0)
        let diagonal = run.integers(1)?.first ?? 0
        switch x.dataType.byteWidth {
        case 0:
            var strings = x.strings
            strings.withUnsafeMutableBufferPointer { cut($0.baseAddress, y.shape, 0..<matrixCount(y.shape), diagonal, zero: "") }
            y.setStrings(strings)
        case 1: cut(run, x, y, diagonal, UInt8(0))
        case 2: cut(run, x, y, diagonal, UInt16(0))
        case 4: cut(run, x, y, diagonal, UInt32(0))
        case 8: cut(run, x, y, diagonal, UInt64(0))
        default: cut(run, x, y, diagonal, WideElement(low: 0, high: 0))
        }
    }

    private func matrixCount(_ shape: Shape) -> Int { shape.count(in: 0..<max(shape.rank - 2, 0)) }

    private func cut<T: BitwiseCopyable>(_ run: NodeRun, _ x: Tensor, _ y: Tensor, _ diagonal: Int, _ zero: T) {
        if x.bytes != UnsafeRawPointer(y.mutableBytes) { y.mutableBytes.copyMemory(from: x.bytes, byteCount: y.byteCount) }
        let matrices = matrixCount(y.shape)
        run.parallel(matrices, costPerPiece: y.count / max(matrices, 1)) { range in
            cut(y.mutablePointer(as: T.self), y.shape, range, diagonal, zero: zero)
        }
    }

    /// Puts zeros into what does not remain of `matrices`.
    private func cut<T>(_ elements: UnsafeMutablePointer<T>?, _ shape: Shape, _ matrices: Range<Int>, _ diagonal: Int, zero: T) {
        guard let elements, shape.rank >= 2 else { return }
        let (rows, columns) = (shape[shape.rank - 2], shape[shape.rank - 1])
        for matrix in matrices {
            for row in 0..<rows {
                let (sum, overflow) = row.addingReportingOverflow(diagonal)
                let first = overflow ? (diagonal > 0 ? columns : 0) : max(0, min(columns, sum))
                let end = overflow ? first : max(0, min(columns, sum &+ 1))
                let line = elements + (matrix * rows + row) * columns
                for column in keepsUpper ? 0..<first : end..<columns { line[column] = zero }
            }
        }
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] {
        if inputs.count > 1, inputs[1] != .absent { return [.mixed("its diagonal depends on the rows")] }
        guard case .axis(let row) = inputs[0] else { return [inputs[0]] }
        guard let rank = facts[0]?.rank else { return [.mixed("the rank of its input is unknown")] }
        return [row >= rank - 2 ? .mixed("the diagonal counts the rows") : inputs[0]]
    }

    var overwritableInputs: [Int] { [0] }

    static let all: [OperatorEntry] = [
        OperatorEntry("Trilu", versions: 14...Int.max) { node throws(EngineError) in
            Trilu(node: node, keepsUpper: try node.bool("upper", default: true))
        },
        OperatorEntry("Trilu", domain: "com.microsoft") { node throws(EngineError) in
            Trilu(node: node, keepsUpper: try node.bool("upper", default: true))
        },
    ]
}
