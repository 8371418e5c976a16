internal import Tensors

/// (x - mean) / (deviation + 1e-9) over a set of axes.
struct MeanVarianceNormalization: Operation {
    let node: Node
    let axes: [Int]

    static let entries: [OperatorEntry] = [
        OperatorEntry("MeanVarianceNormalization", versions: 9...Int.max) { node throws(EngineError) in
            MeanVarianceNormalization(node: node, axes: try node.ints("axes") ?? [0, 2, 3])
        }
    ]

    private static let smallest = 1e-9

    private func isReduced(_ rank: Int) throws(EngineError) -> [Bool] {
        var reduced = [Bool](repeating: false, count: rank)
        for axis in axes { reduced[try node.normalizedAxis(axis, rank: rank)] = true }
        return reduced
    }

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let x = try node.tensorFact(inputs, 0, "X", .floating)
        if let rank = x.rank { _ = try isReduced(rank) }
        return [try node.outputFact(x.dataType ?? .float32, x.dims)]
    }

    func run(_ run: NodeRun) throws(EngineError) {
        let reduced = try isReduced(run.tensor(0).shape.rank)
        if run.tensor(0).dataType == .float64 { normalize(run, reduced, Double.self) } else { normalize(run, reduced, Float.self) }
    }

    private func normalize<T: Real>(_ run: NodeRun, _ reduced: [Bool], _ type: T.Type) {
        let shape = run.tensor(0).shape
        let x = run.elements(run.tensor(0), as: T.self)
        let output = run.destination(0, as: T.self)
        // Which statistic an element belongs to: its position along the axes that stay.
        var steps = [Int](repeating: 0, count: shape.rank)
        var groups = 1
        for axis in steps.indices.reversed() where !reduced[axis] {
            steps[axis] = groups
            groups *= shape[axis]
        }
        let owner = run.scratch(Int.self, count: shape.count)
        fillOwners(owner, shape, steps)
        let (means, deviations) = (run.scratch(T.self, count: groups), run.scratch(T.self, count: groups))
        let perGroup = T(groups == 0 ? 1 : shape.count / groups)
        means.update(repeating: 0, count: groups)
        deviations.update(repeating: 0, count: groups)
        for i in 0..<shape.count { means[owner[i]] += x[i] }
        for group in 0..<groups { means[group] /= perGroup }
        for i in 0..<shape.count {
            let difference = x[i] - means[owner[i]]
            deviations[owner[i]] += difference * difference
        }
        for group in 0..<groups { deviations[group] = (deviations[group] / perGroup).squareRoot() + T(Self.smallest) }
        for i in 0..<shape.count { output.elements[i] = (x[i] - means[owner[i]]) / deviations[owner[i]] }
        output.finish()
    }

    private func fillOwners(_ owner: UnsafeMutablePointer<Int>, _ shape: Shape, _ steps: [Int]) {
        var index = [Int](repeating: 0, count: shape.rank)
        var current = 0
        for i in 0..<shape.count {
            owner[i] = current
            var axis = shape.rank - 1
            while axis >= 0 {
                index[axis] += 1
                current += steps[axis]
                if index[axis] < shape[axis] { break }
                current -= steps[axis] * shape[axis]
                index[axis] = 0
                axis -= 1
            }
        }
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] {
        guard case .axis(let row) = inputs[0] else { return [inputs[0]] }
        guard let rank = facts[0]?.rank, let reduced = try? isReduced(rank) else { return [.mixed("its rank is unknown")] }
        return [reduced[row] ? .mixed("it takes statistics over the batch") : .axis(row)]
    }
}
