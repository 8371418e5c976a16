internal import Tensors

/// What every recurrent operator's node says, and the rules of shape they share.
struct RecurrentAttributes: Sendable {
    enum Direction: Sendable {
        case forward, reverse, bidirectional
    }

    let node: Node
    /// Matrices stacked in W and R: one for each gate.
    let gates: Int
    let direction: Direction
    let hidden: Int?
    /// The functions of each direction.
    let functions: [[ElementFunction]]
    /// What is fed to a function stays within ±clip.
    let clip: Float?
    /// The batch is the first axis of every tensor that has one.
    let isBatchFirst: Bool

    /// - Parameters:
    ///   - gates: matrices stacked in W and R.
    ///   - defaults: the functions of one direction where the node names none.
    init(_ node: Node, gates: Int, defaults: [String]) throws(EngineError) {
        self.node = node
        self.gates = gates
        switch try node.string("direction", default: "forward") {
        case "forward": direction = .forward
        case "reverse": direction = .reverse
        case "bidirectional": direction = .bidirectional
        case let other: throw node.malformed("attribute 'direction' is '\(other)'")
        }
        hidden = try node.int("hidden_size")
        if let hidden, hidden <= 0 { throw node.malformed("attribute 'hidden_size' is \(hidden)") }
        functions = try Self.functions(node, defaults, directions: direction == .bidirectional ? 2 : 1)
        clip = try node.float("clip").flatMap { $0 > 0 ? $0 : nil }
        isBatchFirst = try node.bool("layout", default: false)
    }

    private static func functions(_ node: Node, _ defaults: [String], directions: Int) throws(EngineError) -> [[ElementFunction]] {
        var names = try node.strings("activations")?.map(\.string) ?? []
        if names.isEmpty { names = defaults }
        if names.count == defaults.count, directions == 2 { names += names }
        guard names.count == defaults.count * directions else {
            throw node.malformed("attribute 'activations' names \(names.count) functions, not \(defaults.count * directions)")
        }
        // Parameters are handed out in order to the functions that take them.
        var alphas = (try node.floats("activation_alpha") ?? [])[...]
        var betas = (try node.floats("activation_beta") ?? [])[...]
        var all: [ElementFunction] = []
        for name in names {
            guard let function = ElementFunction(name) else { throw node.unsupported("activation '\(name)' is not known") }
            let alpha = function.takesAlpha ? alphas.popFirst() : nil
            let beta = function.takesBeta ? betas.popFirst() : nil
            all.append(ElementFunction(name, alpha: alpha, beta: beta) ?? function)
        }
        return (0..<directions).map { Array(all[$0 * defaults.count..<($0 + 1) * defaults.count]) }
    }

    var directions: Int { direction == .bidirectional ? 2 : 1 }

    func isReverse(_ index: Int) -> Bool { direction == .reverse || index == 1 }

    /// Positions of the inputs; -1 for what an operator has not.
    struct Inputs {
        var x = 0
        var w = 1
        var r = 2
        var bias = 3
        var lengths = 4
        var hidden = 5
        var cell = 6
        var peepholes = 7
    }

    /// The facts of Y and Y_h, and of Y_c when there is a cell.
    ///
    /// - Parameter isTransposed: W and R have their gates last.
    func infer(_ facts: [Fact?], _ inputs: Inputs, hasCell: Bool, isTransposed: Bool = false, weights: [DataType] = .floating) throws(EngineError) -> [Fact] {
        let x = try node.tensorFact(facts, inputs.x, "X", .floating)
        let w = try node.tensorFact(facts, inputs.w, "W", weights)
        let r = try node.tensorFact(facts, inputs.r, "R", weights)
        let bias = try node.optionalTensorFact(facts, inputs.bias, "B", .floating)
        let lengths = try node.optionalTensorFact(facts, inputs.lengths, "sequence_lens", [.int32])
        let initial = try node.optionalTensorFact(facts, inputs.hidden, "initial_h", .floating)
        try node.checkRank(x, "X", 3)
        try node.checkRank(w, "W", 3)
        try node.checkRank(r, "R", 3)
        let last = r.dim(isTransposed ? 1 : 2)
        if let own = hidden { try node.checkExtent(last, .known(own), "the hidden size of R") }
        let size = hidden.map(Dim.known) ?? last
        var stacked = Dim.unknown
        if let size = size.value {
            guard size > 0, size <= WindowAttributes.largestValue else { throw node.malformed("a hidden size of \(size)") }
            stacked = .known(gates * size)
        }
        let count = Dim.known(directions)
        try node.checkDims(w, isTransposed ? [count, x.dim(2), stacked] : [count, stacked, x.dim(2)], "W")
        try node.checkDims(r, isTransposed ? [count, size, stacked] : [count, stacked, size], "R")
        try node.checkDims(bias, [count, stacked.value.map { .known(2 * $0) } ?? .unknown], "B")
        let (steps, batch) = isBatchFirst ? (x.dim(1), x.dim(0)) : (x.dim(0), x.dim(1))
        try node.checkDims(lengths, [batch], "sequence_lens")
        let state = isBatchFirst ? [batch, count, size] : [count, batch, size]
        try node.checkDims(initial, state, "initial_h")
        if hasCell {
            try node.checkDims(try node.optionalTensorFact(facts, inputs.cell, "initial_c", .floating), state, "initial_c")
            let peepholes = try node.optionalTensorFact(facts, inputs.peepholes, "P", .floating)
            try node.checkDims(peepholes, [count, size.value.map { .known(3 * $0) } ?? .unknown], "P")
        }
        let dataType = x.dataType ?? .float32
        let y = try node.outputFact(dataType, isBatchFirst ? [batch, steps, count, size] : [steps, count, batch, size])
        return [y] + [Fact](repeating: Fact(dataType, state), count: hasCell ? 2 : 1)
    }

    /// Every row of the batch runs through time by itself.
    func rows(_ rows: [RowAxis], _ facts: [Fact?], _ inputs: Inputs, outputCount: Int) -> [RowAxis] {
        let batchAxis = isBatchFirst ? 0 : 1
        func all(_ axis: RowAxis) -> [RowAxis] { [RowAxis](repeating: axis, count: outputCount) }
        var found = false
        for (index, axis) in rows.enumerated() where axis != .absent {
            if case .mixed = axis { return all(axis) }
            let isState = index == inputs.hidden || index == inputs.cell && outputCount > 2
            let expected: Int? = index == inputs.x || isState ? batchAxis : index == inputs.lengths ? 0 : nil
            guard let expected, axis == .axis(expected) else { return all(.mixed("it combines rows over time")) }
            found = true
        }
        guard found else { return all(.absent) }
        // A state or a length that is the same for all requests still has one entry for each row.
        for index in [inputs.x, inputs.lengths, inputs.hidden, inputs.cell] where index < rows.count && rows[index] == .absent {
            if index == inputs.cell, outputCount < 3 { continue }
            if facts[index] != nil { return all(.mixed("an input has an entry for each row of a fixed batch")) }
        }
        let y = RowAxis.axis(isBatchFirst ? 0 : 2)
        return [y] + [RowAxis](repeating: .axis(batchAxis), count: outputCount - 1)
    }
}
