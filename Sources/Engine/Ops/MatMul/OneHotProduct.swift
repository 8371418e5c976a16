internal import Tensors

/// The product of one-hot rows with a constant matrix: each row is the matrix's row whose number it was made of.
///
/// The input is what the numbers first, first + 1 … were compared with: one number for a row of the result, whose place in
/// that sequence is hot if it is there, or as many as the sequence is long, each compared with its own.
struct OneHotProduct: Operation {
    let node: Node
    let first: Int
    /// [numbers, columns], finite
    let matrix: Tensor

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let x = try node.tensorFact(inputs, 0, "X", .indices)
        guard let dims = x.dims else { return [Fact(.float32, nil)] }
        guard let last = dims.last else { throw node.malformed("what is compared is a scalar") }
        if let extent = last.value, extent != 1, extent != matrix.shape[0] {
            throw node.malformed("an extent of \(extent) is compared with one of \(matrix.shape[0])")
        }
        return [try node.outputFact(.float32, dims.dropLast() + [.known(matrix.shape[1])])]
    }

    func run(_ run: NodeRun) throws(EngineError) {
        let x = run.tensor(0)
        let y = run.output(0).mutablePointer(as: Float.self)
        let width = x.shape[x.shape.rank - 1]
        if x.dataType == .int64 {
            fill(run, x.pointer(as: Int64.self), rows: x.shape.count(in: 0..<x.shape.rank - 1), width, y)
        } else {
            fill(run, x.pointer(as: Int32.self), rows: x.shape.count(in: 0..<x.shape.rank - 1), width, y)
        }
    }

    private func fill<I: FixedWidthInteger & BitwiseCopyable>(
        _ run: NodeRun, _ x: UnsafePointer<I>, rows: Int, _ width: Int, _ y: UnsafeMutablePointer<Float>
    ) {
        let (numbers, columns) = (matrix.shape[0], matrix.shape[1])
        let source = matrix.pointer(as: Float.self)
        run.parallel(rows, costPerPiece: 2 &* columns &* width) { range in
            for row in range {
                let target = y + row * columns
                if width == 1, numbers != 1 {
                    let (place, overflow) = Int(truncatingIfNeeded: x[row]).subtractingReportingOverflow(first)
                    if !overflow, place >= 0, place < numbers {
                        target.update(from: source + place * columns, count: columns)
                    } else {
                        target.update(repeating: 0, count: columns)
                    }
                    continue
                }
                target.update(repeating: 0, count: columns)
                for place in 0..<numbers where Int(truncatingIfNeeded: x[row * width + place]) == first + place {
                    for column in 0..<columns { target[column] += source[place * columns + column] }
                }
            }
        }
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] {
        guard case .axis(let axis) = inputs[0], let rank = facts[0]?.rank, axis == rank - 1 else { return [inputs[0]] }
        return [.mixed("it combines what lies along its last axis")]
    }
}
