internal import Tensors

/// What an LSTM reads besides its projections, and what it writes.
struct LSTMState<T: Real> {
    let initialHidden: UnsafePointer<T>?
    let initialCell: UnsafePointer<T>?
    let peepholes: UnsafePointer<T>?
    let bias: UnsafePointer<T>?
    let y: Destination<T>?
    let lastHidden: Destination<T>?
    let lastCell: Destination<T>?

    /// - Parameters: positions of the inputs.
    init(_ run: NodeRun, _ sequence: RecurrentSequence, hidden: Int, cell: Int, peepholes: Int, bias: Int) {
        initialHidden = run.optionalElements(hidden, as: T.self)
        initialCell = run.optionalElements(cell, as: T.self)
        self.peepholes = run.optionalElements(peepholes, as: T.self)
        self.bias = run.optionalElements(bias, as: T.self)
        y = run.isWanted(0) ? run.destination(0, as: T.self) : nil
        lastHidden = run.isWanted(1) ? run.destination(1, as: T.self) : nil
        lastCell = run.isWanted(2) ? run.destination(2, as: T.self) : nil
        // What lies past the end of a row stays zero.
        if let y { y.elements.update(repeating: 0, count: y.tensor.count) }
    }

    func finish() {
        y?.finish()
        lastHidden?.finish()
        lastCell?.finish()
    }
}

/// A type that an LSTM is computed in.
protocol LSTMElement: Real {
    /// Runs all directions and rows.
    ///
    /// - Parameters:
    ///   - projected: [directions, rows of x, 4 · hidden], gates in the order input, output, forget, cell.
    ///   - recur: adds the projections of hidden states [rows, hidden] of a direction to gates [rows, 4 · hidden].
    static func run(
        _ run: NodeRun, _ sequence: RecurrentSequence, _ attributes: RecurrentAttributes, _ state: LSTMState<Self>,
        _ projected: UnsafePointer<Self>, couplesGates: Bool,
        recur: (_ direction: Int, UnsafePointer<Self>, _ rows: Int, UnsafeMutablePointer<Self>) -> Void)
}

extension Float: LSTMElement {
    static func run(
        _ run: NodeRun, _ sequence: RecurrentSequence, _ attributes: RecurrentAttributes, _ state: LSTMState<Float>,
        _ projected: UnsafePointer<Float>, couplesGates: Bool,
        recur: (_ direction: Int, UnsafePointer<Float>, _ rows: Int, UnsafeMutablePointer<Float>) -> Void
    ) { loop(run, sequence, attributes, state, projected, couplesGates, recur) }
}

extension Double: LSTMElement {
    static func run(
        _ run: NodeRun, _ sequence: RecurrentSequence, _ attributes: RecurrentAttributes, _ state: LSTMState<Double>,
        _ projected: UnsafePointer<Double>, couplesGates: Bool,
        recur: (_ direction: Int, UnsafePointer<Double>, _ rows: Int, UnsafeMutablePointer<Double>) -> Void
    ) { loop(run, sequence, attributes, state, projected, couplesGates, recur) }
}

@inline(__always)
private func loop<T: Real>(
    _ run: NodeRun, _ sequence: RecurrentSequence, _ attributes: RecurrentAttributes, _ state: LSTMState<T>,
    _ projected: UnsafePointer<T>, _ couplesGates: Bool,
    _ recur: (Int, UnsafePointer<T>, Int, UnsafeMutablePointer<T>) -> Void
) {
    let (hidden, columns) = (sequence.hidden, 4 * sequence.hidden)
    let inputRows = sequence.steps * sequence.batch
    sequence.forEachBlock(run, cost: 2 &* columns &* hidden) { direction, rows in
        LaneScratch.with(T.self, count: rows.count * (2 * hidden + columns) + hidden) { memory in
            let h = memory
            let c = h + rows.count * hidden
            let gates = c + rows.count * hidden
            let squashed = gates + rows.count * columns
            for (index, row) in rows.enumerated() {
                let at = sequence.state(direction, row)
                for i in 0..<hidden {
                    h[index * hidden + i] = state.initialHidden.map { $0[at + i] } ?? 0
                    c[index * hidden + i] = state.initialCell.map { $0[at + i] } ?? 0
                }
            }
            let isReverse = attributes.isReverse(direction)
            let bias = state.bias.map { $0 + direction * 2 * columns }
            let cell = LSTMCell<T>(
                hidden: hidden, functions: attributes.functions[direction], clip: attributes.clip.map { T($0) },
                peepholes: state.peepholes.map { $0 + direction * 3 * hidden }, couplesGates: couplesGates)
            for step in 0..<(rows.map { sequence.lengths[$0] }.max() ?? 0) {
                for (index, row) in rows.enumerated() {
                    guard let time = sequence.time(step, row, isReverse: isReverse) else { continue }
                    let source = projected + (direction * inputRows + sequence.inputRow(time, row)) * columns
                    let target = gates + index * columns
                    if let bias {
                        for i in 0..<columns { target[i] = source[i] + (bias[i] + bias[columns + i]) }
                    } else {
                        target.update(from: source, count: columns)
                    }
                }
                recur(direction, UnsafePointer(h), rows.count, gates)
                for (index, row) in rows.enumerated() {
                    guard let time = sequence.time(step, row, isReverse: isReverse) else { continue }
                    cell.update(gates + index * columns, h + index * hidden, c + index * hidden, squashed)
                    if let y = state.y {
                        (y.elements + sequence.output(time, direction, row)).update(from: h + index * hidden, count: hidden)
                    }
                }
            }
            for (index, row) in rows.enumerated() {
                let at = sequence.state(direction, row)
                if let last = state.lastHidden { (last.elements + at).update(from: h + index * hidden, count: hidden) }
                if let last = state.lastCell { (last.elements + at).update(from: c + index * hidden, count: hidden) }
            }
        }
    }
}

/// One step of one row.
private struct LSTMCell<T: Real> {
    let hidden: Int
    let functions: [ElementFunction]
    let clip: T?
    let peepholes: UnsafePointer<T>?
    let couplesGates: Bool

    /// Takes the sums of the gates and the old state, leaves the new state.
    @inline(__always)
    func update(
        _ gates: UnsafeMutablePointer<T>, _ h: UnsafeMutablePointer<T>, _ c: UnsafeMutablePointer<T>, _ squashed: UnsafeMutablePointer<T>
    ) {
        let (input, output, forget, candidate) = (gates, gates + hidden, gates + 2 * hidden, gates + 3 * hidden)
        if let peepholes {
            for i in 0..<hidden {
                input[i] += peepholes[i] * c[i]
                forget[i] += peepholes[2 * hidden + i] * c[i]
            }
        }
        activate(0, input)
        if !couplesGates { activate(0, forget) }
        activate(1, candidate)
        if couplesGates {
            for i in 0..<hidden { c[i] = (1 - input[i]) * c[i] + input[i] * candidate[i] }
        } else {
            for i in 0..<hidden { c[i] = forget[i] * c[i] + input[i] * candidate[i] }
        }
        if let peepholes { for i in 0..<hidden { output[i] += peepholes[hidden + i] * c[i] } }
        activate(0, output)
        squashed.update(from: c, count: hidden)
        functions[2].apply(squashed, count: hidden, as: T.self)
        for i in 0..<hidden { h[i] = output[i] * squashed[i] }
    }

    @inline(__always)
    private func activate(_ function: Int, _ x: UnsafeMutablePointer<T>) {
        if let clip { for i in 0..<hidden { x[i] = min(max(x[i], -clip), clip) } }
        functions[function].apply(x, count: hidden, as: T.self)
    }
}
