internal import Tensors

/// The determinant of every square matrix.
struct Det: Operation {
    let node: Node

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let x = try node.operand(inputs, 0, of: .reals)
        guard let dims = try node.squareMatrices(x) else { return [Fact(type: x.type)] }
        return [Fact(type: x.type, dims: Array(dims.dropLast(2)))]
    }

    func run(_ run: NodeRun) throws(EngineError) {
        let x = run.tensor(0)
        if x.dataType == .float64 { compute(Double.self, run, x) } else { compute(Float.self, run, x) }
    }

    private func compute<R: RealElement>(_ type: R.Type, _ run: NodeRun, _ x: Tensor) {
        let y = run.output(0)
        let size = x.shape[x.shape.rank - 1]
        let source = run.computed(x, as: type)
        let target = run.destination(for: y, as: type)
        let work = run.scratch(byteCount: size * size * MemoryLayout<R>.stride).assumingMemoryBound(to: type)
        for matrix in 0..<y.count {
            work.update(from: source + matrix * size * size, count: size * size)
            target[matrix] = Elimination.determinant(work, size: size)
        }
        run.finish(y, from: target)
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] { [RowAxis.matrices(inputs[0], fact: facts[0])] }

    static let all: [OperatorEntry] = [OperatorEntry("Det", versions: 11...Int.max) { node in Det(node: node) }]
}

/// The inverse of every square matrix.
struct Inverse: Operation {
    let node: Node

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let x = try node.operand(inputs, 0, of: .reals)
        _ = try node.squareMatrices(x)
        return [Fact(type: x.type, dims: x.dims)]
    }

    func run(_ run: NodeRun) throws(EngineError) {
        let x = run.tensor(0)
        if x.dataType == .float64 { try compute(Double.self, run, x) } else { try compute(Float.self, run, x) }
    }

    private func compute<R: RealElement>(_ type: R.Type, _ run: NodeRun, _ x: Tensor) throws(EngineError) {
        let y = run.output(0)
        let size = x.shape[x.shape.rank - 1]
        if y.count == 0 { return }
        let source = run.computed(x, as: type)
        let target = run.destination(for: y, as: type)
        let work = run.scratch(byteCount: 2 * size * size * MemoryLayout<R>.stride).assumingMemoryBound(to: type)
        for matrix in 0..<y.count / (size * size) {
            let from = source + matrix * size * size
            let to = target + matrix * size * size
            for row in 0..<size {
                for column in 0..<size {
                    work[row * 2 * size + column] = from[row * size + column]
                    work[row * 2 * size + size + column] = row == column ? 1 : 0
                }
            }
            guard Elimination.invert(work, size: size) else {
                throw EngineError(.invalidInput, "matrix \(matrix) has no inverse", place: node.place)
            }
            for row in 0..<size {
                for column in 0..<size { to[row * size + column] = work[row * 2 * size + size + column] }
            }
        }
        run.finish(y, from: target)
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] { [RowAxis.matrices(inputs[0], fact: facts[0])] }

    static let all: [OperatorEntry] = [OperatorEntry("Inverse", domain: "com.microsoft") { node in Inverse(node: node) }]
}

extension Node {
    /// The dims of an input that must be square matrices; nil while its rank is unknown.
    fileprivate func squareMatrices(_ fact: Fact) throws(EngineError) -> [Dim]? {
        guard let dims = fact.dims else { return nil }
        guard dims.count >= 2 else { throw malformed("its input must be matrices, has \(dims.count) axes") }
        if let rows = dims[dims.count - 2].value, let columns = dims[dims.count - 1].value, rows != columns {
            throw malformed("its input must be square matrices, not \(rows) × \(columns)")
        }
        return dims
    }
}

extension RowAxis {
    /// Where rows are after an operator on each matrix of the last two axes.
    fileprivate static func matrices(_ input: RowAxis, fact: Fact?) -> RowAxis {
        guard case .axis(let row) = input else { return input }
        guard let rank = fact?.rank else { return .mixed("the rank of its input is unknown") }
        return row >= rank - 2 ? .mixed("the rows are part of the matrix") : input
    }
}
