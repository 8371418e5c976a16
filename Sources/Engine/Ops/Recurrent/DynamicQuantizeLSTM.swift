internal import Tensors

/// An LSTM whose matrices are quantised, and whose inputs and states are quantised as they come, each row by itself.
struct DynamicQuantizeLSTM: Operation {
    let attributes: RecurrentAttributes
    let couplesGates: Bool
    /// The matrices, when they are constants.
    var packed: (w: QuantizedMatrix, r: QuantizedMatrix)?

    static let entries: [OperatorEntry] = [
        OperatorEntry("DynamicQuantizeLSTM", domain: "com.microsoft") { node throws(EngineError) in
            DynamicQuantizeLSTM(
                attributes: try RecurrentAttributes(node, gates: 4, defaults: ["Sigmoid", "Tanh", "Tanh"]),
                couplesGates: try node.bool("input_forget", default: false), packed: nil)
        }
    ]

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let node = attributes.node
        let facts = try attributes.infer(inputs, .init(), hasCell: true, isTransposed: true, weights: Node.eightBit)
        let w = try node.tensorFact(inputs, 1, "W", Node.eightBit)
        guard inputs[0]?.dataType == .float32 else { throw node.malformed("input 'X' must be float32") }
        for (index, label) in [(8, "W_scale"), (9, "W_zero_point"), (10, "R_scale"), (11, "R_zero_point")] {
            let fact = try node.tensorFact(inputs, index, label, index % 2 == 0 ? [.float32] : Node.eightBit)
            guard let count = fact.shape?.count, let columns = w.dim(2).value else { continue }
            guard count == attributes.directions || count == attributes.directions * columns else {
                throw node.malformed("input '\(label)' has \(count) elements for \(attributes.directions) directions of \(columns) columns")
            }
        }
        return facts
    }

    var outputCount: Int { 3 }

    func prepare(_ inputs: [Fact?]) throws(EngineError) -> (any Operation)? {
        guard packed == nil else { return nil }
        // Refuses what does not fit together.
        _ = try infer(inputs)
        let constants = [1, 2, 8, 9, 10, 11].map { $0 < inputs.count ? inputs[$0]?.value : nil }
        guard let w = constants[0], let r = constants[1], let wScale = constants[2], let wZero = constants[3], let rScale = constants[4],
            let rZero = constants[5]
        else { return nil }
        var prepared = self
        prepared.packed = (
            QuantizedMatrix(w, scale: wScale, zeroPoint: wZero), QuantizedMatrix(r, scale: rScale, zeroPoint: rZero)
        )
        return prepared
    }

    func run(_ run: NodeRun) throws(EngineError) {
        let w = packed?.w ?? QuantizedMatrix(run.tensor(1), scale: run.tensor(8), zeroPoint: run.tensor(9))
        let r = packed?.r ?? QuantizedMatrix(run.tensor(2), scale: run.tensor(10), zeroPoint: run.tensor(11))
        let sequence = try RecurrentSequence(run, attributes, hidden: r.inner, lengths: 4)
        let columns = 4 * sequence.hidden
        let state = LSTMState<Float>(run, sequence, hidden: 5, cell: 6, peepholes: 7, bias: 3)
        let inputRows = sequence.steps * sequence.batch
        let projected = run.scratch(Float.self, count: sequence.directions * inputRows * columns)
        project(run, sequence, w, projected)
        Float.run(run, sequence, attributes, state, UnsafePointer(projected), couplesGates: couplesGates) { direction, h, rows, gates in
            QuantizedRows.with(count: rows, length: sequence.hidden) { quantized in
                for row in 0..<rows { quantized.quantize([h + row * sequence.hidden], from: row) }
                r.add(direction, quantized, 0..<rows, gates, stride: columns, accumulates: true)
            }
        }
        state.finish()
    }

    /// The projections of the inputs. All steps of one row of the batch share a scale.
    private func project(_ run: NodeRun, _ sequence: RecurrentSequence, _ w: QuantizedMatrix, _ projected: UnsafeMutablePointer<Float>) {
        let x = run.tensor(0).pointer(as: Float.self)
        let columns = 4 * sequence.hidden
        let inputRows = sequence.steps * sequence.batch
        run.parallel(sequence.batch, costPerPiece: 2 &* sequence.steps &* sequence.input &* columns &* sequence.directions) { rows in
            QuantizedRows.with(count: sequence.steps, length: sequence.input) { quantized in
                for row in rows {
                    quantized.quantize((0..<sequence.steps).map { x + sequence.inputRow($0, row) * sequence.input }, from: 0)
                    for direction in 0..<sequence.directions {
                        let target = projected + (direction * inputRows + sequence.inputRow(0, row)) * columns
                        // Steps of one row are a batch apart, unless the batch comes first.
                        let stride = sequence.isBatchFirst ? columns : sequence.batch * columns
                        w.add(direction, quantized, 0..<sequence.steps, target, stride: stride, accumulates: false)
                    }
                }
            }
        }
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] { attributes.rows(inputs, facts, .init(), outputCount: 3) }
}
