internal import Tensors

/// The plain recurrent layer.
struct RNN: Operation {
    let attributes: RecurrentAttributes
    var packed: PackedRecurrentWeights?

    static let entries: [OperatorEntry] = [
        OperatorEntry("RNN") { node throws(EngineError) in
            RNN(attributes: try RecurrentAttributes(node, gates: 1, defaults: ["Tanh"]))
        }
    ]

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] { try attributes.infer(inputs, .init(), hasCell: false) }

    var outputCount: Int { 2 }

    func prepare(_ inputs: [Fact?]) throws(EngineError) -> (any Operation)? {
        guard packed == nil, let weights = PackedRecurrentWeights(inputs, parts: [1]) else { return nil }
        var prepared = self
        prepared.packed = weights
        return prepared
    }

    func run(_ run: NodeRun) throws(EngineError) {
        let sequence = try RecurrentSequence(run, attributes, hidden: run.tensor(2).shape[2], lengths: 4)
        if run.tensor(0).dataType == .float64 { compute(run, sequence, Double.self) } else { compute(run, sequence, Float.self) }
    }

    private func compute<T: Real>(_ run: NodeRun, _ sequence: RecurrentSequence, _ type: T.Type) {
        let weights = RecurrentWeights(run, packed, parts: [1], as: T.self)
        let projected = InputProjection.compute(run, sequence, weights, gates: 1)
        let (hidden, inputRows) = (sequence.hidden, sequence.steps * sequence.batch)
        let biases = run.optionalElements(3, as: T.self)
        let initial = run.optionalElements(5, as: T.self)
        let y = run.isWanted(0) ? run.destination(0, as: T.self) : nil
        let last = run.isWanted(1) ? run.destination(1, as: T.self) : nil
        if let y { y.elements.update(repeating: 0, count: y.tensor.count) }
        sequence.forEachBlock(run, cost: 2 &* hidden &* hidden) { direction, rows in
            LaneScratch.with(T.self, count: 2 * rows.count * hidden) { h in
                let sums = h + rows.count * hidden
                let isReverse = attributes.isReverse(direction)
                let bias = biases.map { $0 + direction * 2 * hidden }
                for (index, row) in rows.enumerated() {
                    for i in 0..<hidden { h[index * hidden + i] = initial.map { $0[sequence.state(direction, row) + i] } ?? 0 }
                }
                for step in 0..<(rows.map { sequence.lengths[$0] }.max() ?? 0) {
                    for (index, row) in rows.enumerated() {
                        guard let time = sequence.time(step, row, isReverse: isReverse) else { continue }
                        let source = projected + (direction * inputRows + sequence.inputRow(time, row)) * hidden
                        for i in 0..<hidden { sums[index * hidden + i] = source[i] + (bias.map { $0[i] + $0[hidden + i] } ?? 0) }
                    }
                    weights.multiply(
                        UnsafePointer(h), rows: rows.count, direction: direction, part: 0, into: sums, stride: hidden, accumulates: true)
                    for (index, row) in rows.enumerated() {
                        guard let time = sequence.time(step, row, isReverse: isReverse) else { continue }
                        let (sum, state) = (sums + index * hidden, h + index * hidden)
                        if let clip = attributes.clip { for i in 0..<hidden { sum[i] = min(max(sum[i], -T(clip)), T(clip)) } }
                        attributes.functions[direction][0].apply(sum, count: hidden, as: T.self)
                        state.update(from: sum, count: hidden)
                        if let y { (y.elements + sequence.output(time, direction, row)).update(from: state, count: hidden) }
                    }
                }
                if let last {
                    for (index, row) in rows.enumerated() {
                        (last.elements + sequence.state(direction, row)).update(from: h + index * hidden, count: hidden)
                    }
                }
            }
        }
        y?.finish()
        last?.finish()
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] { attributes.rows(inputs, facts, .init(), outputCount: 2) }
}
