internal import Kernels
internal import Tensors

/// Mean, maximum or p-norm over all spatial positions.
struct GlobalPool: Operation {
    enum Kind: Sendable, Hashable {
        case average
        case maximum
        case norm(Float)
    }

    let node: Node
    let kind: Kind

    static let entries: [OperatorEntry] = [
        OperatorEntry("GlobalAveragePool") { node throws(EngineError) in GlobalPool(node: node, kind: .average) },
        OperatorEntry("GlobalMaxPool") { node throws(EngineError) in GlobalPool(node: node, kind: .maximum) },
        OperatorEntry("GlobalLpPool") { node throws(EngineError) in GlobalPool(node: node, kind: .norm(try LpPool.order(node))) },
    ]

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let x = try node.tensorFact(inputs, 0, "X", .floating)
        guard let dims = x.dims else { return [Fact(type: x.type)] }
        guard dims.count >= 2 else { throw node.malformed("the input must have rank 2 or more, not \(dims.count)") }
        return [try node.outputFact(x.dataType ?? .float32, dims[..<2] + [Dim](repeating: 1, count: dims.count - 2))]
    }

    func run(_ run: NodeRun) throws(EngineError) {
        if run.tensor(0).dataType == .float64 { pool(run, Double.self) } else { pool(run, Float.self) }
    }

    private func pool<T: Real>(_ run: NodeRun, _ type: T.Type) {
        let tensor = run.tensor(0)
        let positions = tensor.shape.count(in: 2..<tensor.shape.rank)
        let x = run.elements(tensor, as: T.self)
        let output = run.destination(0, as: T.self)
        if kind == .maximum, T.self == Float.self, positions > 0 {
            let source = UnsafeRawPointer(x).assumingMemoryBound(to: Float.self)
            let target = UnsafeMutableRawPointer(output.elements).assumingMemoryBound(to: Float.self)
            run.parallel(output.tensor.count, costPerPiece: positions) { planes in
                Kernels.table.rows.maximum(source + planes.lowerBound * positions, target + planes.lowerBound, planes.count, positions)
            }
            return output.finish()
        }
        run.parallel(output.tensor.count, costPerPiece: positions) { planes in
            for plane in planes {
                let source = x + plane * positions
                switch kind {
                case .average: output.elements[plane] = T.sum(source, count: positions) / T(positions)
                case .maximum:
                    var best = -T.infinity
                    for i in 0..<positions { best = source[i] > best ? source[i] : best }
                    output.elements[plane] = best
                case .norm(let p):
                    let norm = Norm<T>(p: T(p))
                    var sum: T = 0
                    for i in 0..<positions { sum += norm.term(source[i]) }
                    output.elements[plane] = norm.root(sum)
                }
            }
        }
        output.finish()
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] { [PoolAttributes.rows(inputs)] }
}
