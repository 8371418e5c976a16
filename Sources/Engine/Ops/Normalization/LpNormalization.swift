internal import Tensors

/// Divides by the 1-norm or 2-norm along one axis; what has norm zero stays zero.
struct LpNormalization: Operation {
    let node: Node
    let axis: Int
    let p: Int

    static let entries: [OperatorEntry] = [
        OperatorEntry("LpNormalization") { node throws(EngineError) in
            let p = try node.int("p", default: 2)
            guard p == 1 || p == 2 else { throw node.malformed("attribute 'p' is \(p), not 1 or 2") }
            return LpNormalization(node: node, axis: try node.int("axis", default: -1), p: p)
        }
    ]

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let x = try node.tensorFact(inputs, 0, "input", .floating)
        if let rank = x.rank { _ = try node.normalizedAxis(axis, rank: rank) }
        return [try node.outputFact(x.dataType ?? .float32, x.dims)]
    }

    func run(_ run: NodeRun) throws(EngineError) {
        let shape = run.tensor(0).shape
        let axis = try node.normalizedAxis(axis, rank: shape.rank)
        let inner = shape.count(in: axis + 1..<shape.rank)
        if run.tensor(0).dataType == .float64 {
            normalize(run, shape[axis], inner, Double.self)
        } else {
            normalize(run, shape[axis], inner, Float.self)
        }
    }

    private func normalize<T: Real>(_ run: NodeRun, _ extent: Int, _ inner: Int, _ type: T.Type) {
        let x = run.elements(run.tensor(0), as: T.self)
        let output = run.destination(0, as: T.self)
        let norm = Norm<T>(p: T(p))
        let lines = extent == 0 ? 0 : output.tensor.count / extent
        run.parallel(lines, costPerPiece: 4 &* extent) { range in
            for line in range {
                let start = line / inner * extent * inner + line % inner
                var sum: T = 0
                for i in 0..<extent { sum += norm.term(x[start + i * inner]) }
                let length = norm.root(sum)
                for i in 0..<extent { output.elements[start + i * inner] = length == 0 ? 0 : x[start + i * inner] / length }
            }
        }
        output.finish()
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] {
        guard case .axis(let row) = inputs[0] else { return [inputs[0]] }
        guard let rank = facts[0]?.rank, let axis = try? node.normalizedAxis(axis, rank: rank) else { return [.mixed("its rank is unknown")] }
        return [row == axis ? .mixed("it normalises over the rows") : .axis(row)]
    }
}
