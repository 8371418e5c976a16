internal import Tensors

/// Long short-term memory, with peepholes and coupled gates.
struct LSTM: Operation {
    let attributes: RecurrentAttributes
    /// The forget gate is what the input gate leaves.
    let couplesGates: Bool
    var packed: PackedRecurrentWeights?

    static let entries: [OperatorEntry] = [
        OperatorEntry("LSTM") { node throws(EngineError) in
            LSTM(
                attributes: try RecurrentAttributes(node, gates: 4, defaults: ["Sigmoid", "Tanh", "Tanh"]),
                couplesGates: try node.bool("input_forget", default: false))
        }
    ]

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] { try attributes.infer(inputs, .init(), hasCell: true) }

    var outputCount: Int { 3 }

    func prepare(_ inputs: [Fact?]) throws(EngineError) -> (any Operation)? {
        guard packed == nil, let weights = PackedRecurrentWeights(inputs, parts: [4]) else { return nil }
        var prepared = self
        prepared.packed = weights
        return prepared
    }

    func run(_ run: NodeRun) throws(EngineError) {
        let sequence = try RecurrentSequence(run, attributes, hidden: run.tensor(2).shape[2], lengths: 4)
        if run.tensor(0).dataType == .float64 { compute(run, sequence, Double.self) } else { compute(run, sequence, Float.self) }
    }

    private func compute<T: LSTMElement>(_ run: NodeRun, _ sequence: RecurrentSequence, _ type: T.Type) {
        let weights = RecurrentWeights(run, packed, parts: [4], as: T.self)
        let projected = InputProjection.compute(run, sequence, weights, gates: 4)
        let columns = 4 * sequence.hidden
        let state = LSTMState<T>(run, sequence, hidden: 5, cell: 6, peepholes: 7, bias: 3)
        T.run(run, sequence, attributes, state, UnsafePointer(projected), couplesGates: couplesGates) { direction, h, rows, gates in
            weights.multiply(h, rows: rows, direction: direction, part: 0, into: gates, stride: columns, accumulates: true)
        }
        state.finish()
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] { attributes.rows(inputs, facts, .init(), outputCount: 3) }
}
