internal import Tensors

/// An LSTM whose matrices are quantised, and whose inputs and states are quantised as they come, each row by itself.
struct DynamicQuantizeLSTM: Operation {
    let attributes: RecurrentAttributes
    let couplesGates: Bool

    static let entries: [OperatorEntry] = [
        OperatorEntry("DynamicQuantizeLSTM", domain: "com.microsoft") { node throws(EngineError) in
            DynamicQuantizeLSTM(
                attributes: try RecurrentAttributes(node, gates: 4, defaults: ["Sigmoid", "Tanh", "Tanh"]),
                couplesGates: try node.bool("input_forget", default: false))
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

    func run(_ run: NodeRun) throws(EngineError) {
        let sequence = try RecurrentSequence(run, attributes, hidden: run.tensor(2).shape[1], lengths: 4)
        let columns = 4 * sequence.hidden
        let w = QuantizedMatrix(run, matrix: 1, scale: 8, zeroPoint: 9)
        let r = QuantizedMatrix(run, matrix: 2, scale: 10, zeroPoint: 11)
        let state = LSTMState<Float>(run, sequence, hidden: 5, cell: 6, peepholes: 7, bias: 3)
        let inputRows = sequence.steps * sequence.batch
        let projected = run.scratch(Float.self, count: sequence.directions * inputRows * columns)
        project(run, sequence, w, projected)
        Float.run(run, sequence, attributes, state, UnsafePointer(projected), couplesGates: couplesGates) { direction, h, rows, gates in
            LaneScratch.with(Int16.self, count: sequence.hidden) { quantized in
                LaneScratch.with(Int32.self, count: columns) { sums in
                    for row in 0..<rows {
                        let scale = Self.quantize([h + row * sequence.hidden], sequence.hidden, into: quantized)
                        r.add(direction, quantized, scale, sums, gates + row * columns, accumulates: true)
                    }
                }
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
            LaneScratch.with(Int16.self, count: sequence.steps * sequence.input) { quantized in
                LaneScratch.with(Int32.self, count: columns) { sums in
                    for row in rows {
                        let lines = (0..<sequence.steps).map { x + sequence.inputRow($0, row) * sequence.input }
                        let scale = Self.quantize(lines, sequence.input, into: quantized)
                        for direction in 0..<sequence.directions {
                            for time in 0..<sequence.steps {
                                w.add(
                                    direction, quantized + time * sequence.input, scale, sums,
                                    projected + (direction * inputRows + sequence.inputRow(time, row)) * columns, accumulates: false)
                            }
                        }
                    }
                }
            }
        }
    }

    /// Quantises lines of `length` to 8 bits with one scale for all, and takes the zero point off again; the scale.
    private static func quantize(_ lines: [UnsafePointer<Float>], _ length: Int, into target: UnsafeMutablePointer<Int16>) -> Float {
        var (low, high): (Float, Float) = (0, 0)
        for line in lines {
            for i in 0..<length {
                low = min(low, line[i])
                high = max(high, line[i])
            }
        }
        let scale = high == low ? 1 : (high - low) / 255
        let zero = max(0, min(255, (-low / scale).rounded(.toNearestOrEven)))
        for (index, line) in lines.enumerated() {
            for i in 0..<length {
                let value = (line[i] / scale).rounded(.toNearestOrEven) + zero
                target[index * length + i] = Int16(value > 0 ? min(value, 255) : 0) - Int16(zero > 0 ? zero : 0)
            }
        }
        return scale
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] { attributes.rows(inputs, facts, .init(), outputCount: 3) }
}

/// Quantised matrices [directions, inputs, columns] with a scale and a zero point for each, or for each column.
private struct QuantizedMatrix {
    let elements: UnsafePointer<Int16>
    let scales: UnsafePointer<Float>
    let inner: Int
    let columns: Int
    let isPerColumn: Bool

    init(_ run: NodeRun, matrix: Int, scale: Int, zeroPoint: Int) {
        let tensor = run.tensor(matrix)
        let shape = tensor.shape
        (inner, columns) = (shape[1], shape[2])
        scales = run.tensor(scale).pointer(as: Float.self)
        isPerColumn = run.tensor(scale).count != shape[0]
        let widened = run.scratch(Int16.self, count: tensor.count)
        let (values, zeros) = (IntegerOperand(run, tensor, zeroPoint: nil, .row).elements, IntegerOperand.values(run.tensor(zeroPoint)))
        let zerosPerColumn = zeros.count != shape[0]
        for i in 0..<tensor.count {
            let direction = i / (inner * columns)
            widened[i] = values[i] - zeros[zerosPerColumn ? direction * columns + i % columns : direction]
        }
        elements = UnsafePointer(widened)
    }

    /// target = (target or 0) + scale · row · matrix
    func add(
        _ direction: Int, _ row: UnsafeMutablePointer<Int16>, _ scale: Float, _ sums: UnsafeMutablePointer<Int32>,
        _ target: UnsafeMutablePointer<Float>, accumulates: Bool
    ) {
        IntegerMultiply.row(UnsafePointer(row), 1, elements + direction * inner * columns, (columns, 1), inner, columns, sums)
        for j in 0..<columns {
            let value = Float(sums[j]) * (scale * scales[isPerColumn ? direction * columns + j : direction])
            target[j] = accumulates ? target[j] + value : value
        }
    }
}
