internal import Tensors

/// Gated recurrent unit.
struct GRU: Operation {
    let attributes: RecurrentAttributes
    /// The reset gate is applied after the hidden state is projected.
    let resetsAfterProjection: Bool
    var packed: PackedRecurrentWeights?

    static let entries: [OperatorEntry] = [
        OperatorEntry("GRU") { node throws(EngineError) in
            GRU(
                attributes: try RecurrentAttributes(node, gates: 3, defaults: ["Sigmoid", "Tanh"]),
                resetsAfterProjection: try node.bool("linear_before_reset", default: false))
        }
    ]

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] { try attributes.infer(inputs, .init(), hasCell: false) }

    var outputCount: Int { 2 }

    func prepare(_ inputs: [Fact?]) throws(EngineError) -> (any Operation)? {
        guard packed == nil, let weights = PackedRecurrentWeights(inputs, parts: [2, 1]) else { return nil }
        var prepared = self
        prepared.packed = weights
        return prepared
    }

    func run(_ run: NodeRun) throws(EngineError) {
        let sequence = try RecurrentSequence(run, attributes, hidden: run.tensor(2).shape[2], lengths: 4)
        if run.tensor(0).dataType == .float64 { compute(run, sequence, Double.self) } else { compute(run, sequence, Float.self) }
    }

    private func compute<T: Real>(_ run: NodeRun, _ sequence: RecurrentSequence, _ type: T.Type) {
        let weights = RecurrentWeights(run, packed, parts: [2, 1], as: T.self)
        let projected = InputProjection.compute(run, sequence, weights, gates: 3)
        let (hidden, columns, inputRows) = (sequence.hidden, 3 * sequence.hidden, sequence.steps * sequence.batch)
        let biases = run.optionalElements(3, as: T.self)
        let initial = run.optionalElements(5, as: T.self)
        let y = run.isWanted(0) ? run.destination(0, as: T.self) : nil
        let last = run.isWanted(1) ? run.destination(1, as: T.self) : nil
        if let y { y.elements.update(repeating: 0, count: y.tensor.count) }
        sequence.forEachBlock(run, cost: 2 &* columns &* hidden) { direction, rows in
            LaneScratch.with(T.self, count: rows.count * (2 * hidden + columns)) { h in
                let gates = h + rows.count * hidden
                let reset = gates + rows.count * columns
                let isReverse = attributes.isReverse(direction)
                let bias = biases.map { $0 + direction * 2 * columns }
                let states = UnsafePointer(h)
                for (index, row) in rows.enumerated() {
                    for i in 0..<hidden { h[index * hidden + i] = initial.map { $0[sequence.state(direction, row) + i] } ?? 0 }
                }
                for step in 0..<(rows.map { sequence.lengths[$0] }.max() ?? 0) {
                    for (index, row) in rows.enumerated() {
                        guard let time = sequence.time(step, row, isReverse: isReverse) else { continue }
                        let source = projected + (direction * inputRows + sequence.inputRow(time, row)) * columns
                        let target = gates + index * columns
                        for i in 0..<columns { target[i] = source[i] }
                        guard let bias else { continue }
                        for i in 0..<columns { target[i] += bias[i] }
                        // The candidate's second bias is reset with the projection it belongs to.
                        for i in 0..<(resetsAfterProjection ? 2 : 3) * hidden { target[i] += bias[columns + i] }
                    }
                    weights.multiply(
                        states, rows: rows.count, direction: direction, part: 0, into: gates, stride: columns, accumulates: true)
                    if resetsAfterProjection {
                        weights.multiply(
                            states, rows: rows.count, direction: direction, part: 1, into: reset, stride: hidden, accumulates: false)
                        if let bias {
                            for index in 0..<rows.count { for i in 0..<hidden { reset[index * hidden + i] += bias[columns + 2 * hidden + i] } }
                        }
                    }
                    for index in 0..<rows.count {
                        let gate = gates + index * columns
                        activate(0, gate, 2 * hidden, direction)
                        for i in 0..<hidden {
                            if resetsAfterProjection {
                                gate[2 * hidden + i] += gate[hidden + i] * reset[index * hidden + i]
                            } else {
                                reset[index * hidden + i] = gate[hidden + i] * h[index * hidden + i]
                            }
                        }
                    }
                    if !resetsAfterProjection {
                        weights.multiply(
                            UnsafePointer(reset), rows: rows.count, direction: direction, part: 1, into: gates + 2 * hidden,
                            stride: columns, accumulates: true)
                    }
                    for (index, row) in rows.enumerated() {
                        guard let time = sequence.time(step, row, isReverse: isReverse) else { continue }
                        let (gate, state) = (gates + index * columns, h + index * hidden)
                        activate(1, gate + 2 * hidden, hidden, direction)
                        for i in 0..<hidden { state[i] = (1 - gate[i]) * gate[2 * hidden + i] + gate[i] * state[i] }
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

    private func activate<T: Real>(_ function: Int, _ x: UnsafeMutablePointer<T>, _ count: Int, _ direction: Int) {
        if let clip = attributes.clip { for i in 0..<count { x[i] = min(max(x[i], -T(clip)), T(clip)) } }
        attributes.functions[direction][function].apply(x, count: count, as: T.self)
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] { attributes.rows(inputs, facts, .init(), outputCount: 2) }
}
