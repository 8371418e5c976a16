internal import Tensors

/// The extents of one recurrent run, and where everything lies in its tensors.
struct RecurrentSequence {
    let steps: Int
    let batch: Int
    let input: Int
    let hidden: Int
    let directions: Int
    let isBatchFirst: Bool
    /// Steps of each row that count.
    let lengths: [Int]

    init(_ run: NodeRun, _ attributes: RecurrentAttributes, hidden: Int, lengths index: Int) throws(EngineError) {
        let shape = run.tensor(0).shape
        isBatchFirst = attributes.isBatchFirst
        (steps, batch) = isBatchFirst ? (shape[1], shape[0]) : (shape[0], shape[1])
        input = shape[2]
        directions = attributes.directions
        self.hidden = hidden
        guard let given = run.integers(index) else {
            lengths = [Int](repeating: steps, count: batch)
            return
        }
        if let wrong = given.first(where: { $0 < 0 || $0 > shape[attributes.isBatchFirst ? 1 : 0] }) {
            throw EngineError(.invalidInput, "a length of \(wrong) in a sequence of \(steps)", place: attributes.node.place)
        }
        lengths = given
    }

    /// The row of x, and of its projection, for a time and a row of the batch.
    func inputRow(_ time: Int, _ row: Int) -> Int { isBatchFirst ? row * steps + time : time * batch + row }

    /// First element in Y.
    func output(_ time: Int, _ direction: Int, _ row: Int) -> Int {
        (isBatchFirst ? (row * steps + time) * directions + direction : (time * directions + direction) * batch + row) * hidden
    }

    /// First element in a state.
    func state(_ direction: Int, _ row: Int) -> Int { (isBatchFirst ? row * directions + direction : direction * batch + row) * hidden }

    /// The time that a row reaches at a step; nil once it has ended.
    func time(_ step: Int, _ row: Int, isReverse: Bool) -> Int? {
        step < lengths[row] ? (isReverse ? lengths[row] - 1 - step : step) : nil
    }

    /// Rows that run together.
    static let rowsPerBlock = 8

    /// Calls `body` for every direction and block of rows, possibly on several threads.
    func forEachBlock(_ run: NodeRun, cost: Int, _ body: (_ direction: Int, _ rows: Range<Int>) -> Void) {
        let blocks = (batch + Self.rowsPerBlock - 1) / Self.rowsPerBlock
        run.parallel(directions * blocks, costPerPiece: cost &* steps &* Self.rowsPerBlock) { pieces in
            for piece in pieces {
                let (direction, block) = piece.quotientAndRemainder(dividingBy: blocks)
                let first = block * Self.rowsPerBlock
                body(direction, first..<min(batch, first + Self.rowsPerBlock))
            }
        }
    }
}
