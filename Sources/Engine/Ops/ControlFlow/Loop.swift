internal import Tensors

/// Runs a graph again and again, a number of times or until it says so.
///
/// The graph gets the turn's number, the condition and the carried values; it gives the next condition, the next carried
/// values, and values that are stacked over the turns.
struct Loop: SubgraphOperation {
    static let entry = OperatorEntry("Loop") { node throws(EngineError) in try Loop(node) }

    let graphs: [Graph]
    private let carriedCount: Int
    private let stackedCount: Int
    private var bodies: [Body] = []

    init(_ node: Node) throws(EngineError) {
        let graph = try node.required("body", node.graph("body"))
        graphs = [graph]
        carriedCount = graph.inputs.count - 2
        stackedCount = graph.outputs.count - 1 - carriedCount
        guard carriedCount >= 0, stackedCount >= 0 else {
            throw node.malformed("its body has \(graph.inputs.count) inputs and \(graph.outputs.count) outputs")
        }
        guard node.inputs.count >= 2 + carriedCount || carriedCount == 0 else {
            throw node.malformed("\(node.inputs.count) inputs where its body needs \(2 + carriedCount)")
        }
    }

    var outputCount: Int { carriedCount + stackedCount }

    func inputFacts(ofGraph index: Int, _ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        var facts = [scalar(0, .int64), scalar(1, .bool)]
        // The shapes of later turns may differ from those of the first.
        for position in 0..<carriedCount { facts.append(Fact(type: try carried(position, inputs).type)) }
        return facts
    }

    /// Some writers declare the turn's number and the condition as vectors of one element.
    private func scalar(_ input: Int, _ dataType: DataType) -> Fact {
        Fact(dataType, graphs[0].inputs[input].fact?.dims?.count == 1 ? [1] : [])
    }

    private func carried(_ position: Int, _ inputs: [Fact?]) throws(EngineError) -> Fact {
        guard position + 2 < inputs.count, var fact = inputs[position + 2] else {
            throw EngineError(.malformedModel, "carried value \(position) has no start")
        }
        fact.value = nil
        // An optional may start empty or full, and change.
        if let declared = graphs[0].inputs[position + 2].fact, case .optional = declared.type { return Fact(type: declared.type) }
        return fact
    }

    func bind(_ bodies: [Body]) throws(EngineError) -> any Operation {
        var bound = self
        bound.bodies = bodies
        return bound
    }

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        for (position, dataType) in [DataType.int64, .bool].enumerated() {
            guard position < inputs.count, let fact = inputs[position] else { continue }
            guard fact.dataType == dataType else { throw EngineError(.malformedModel, "input \(position) must be \(dataType)") }
        }
        var state: [Fact] = []
        for position in 0..<carriedCount { state.append(try carried(position, inputs)) }
        var results: [Fact] = []
        // Shapes that a turn changes are given up, until what remains holds for every turn.
        for attempt in 0..<4 {
            if attempt == 3 { state = state.map { Fact(type: $0.type) } }
            results = try bodies[0].infer([scalar(0, .int64), scalar(1, .bool)] + state, node: inputs)
            var isStable = true
            for position in 0..<carriedCount {
                let result = results[position + 1]
                guard let joined = state[position].joined(with: result) else {
                    if case .optional = state[position].type { continue }
                    throw EngineError(.malformedModel, "carried value \(position) changes from \(state[position].type) to \(result.type)")
                }
                if joined.dims != state[position].dims { isStable = false }
                state[position] = joined
            }
            if isStable { break }
        }
        return state
            + results.dropFirst(1 + carriedCount).map { fact in
                Fact(type: fact.type, dims: fact.dims.map { [.unknown] + $0 })
            }
    }

    func run(_ run: NodeRun) throws(EngineError) {
        let limits = bodies[0].plan.options.limits
        let turns = try run.optionalTensor(0).map { (tensor) throws(EngineError) in try Self.count(tensor) } ?? Int.max
        var goesOn = try run.optionalTensor(1).map { (tensor) throws(EngineError) in try Self.truth(tensor) } ?? true
        var state: [Value] = []
        for position in 0..<carriedCount {
            guard let value = run.value(position + 2) else {
                throw EngineError(.malformedModel, "carried value \(position) has no start")
            }
            state.append(value)
        }
        var stacks = [[Tensor]](repeating: [], count: stackedCount)
        var stackedBytes = 0
        var turn = 0
        while turn < turns, goesOn {
            guard turn < limits.loopIterations else {
                throw EngineError(.resourceExhausted, "more than the limit of \(limits.loopIterations) turns")
            }
            let number = Tensor([Int64(turn)], dataType: .int64, shape: scalar(0, .int64).shape ?? .scalar)
            let condition = Tensor([UInt8(1)], dataType: .bool, shape: scalar(1, .bool).shape ?? .scalar)
            let results = try bodies[0].run([.tensor(number), .tensor(condition)] + state, in: run)
            guard let next = results[0].tensor else { throw EngineError(.malformedModel, "its condition is no tensor") }
            goesOn = try Self.truth(next)
            state = Array(results[1..<1 + carriedCount])
            for position in 0..<stackedCount {
                guard let piece = results[1 + carriedCount + position].tensor else {
                    throw EngineError(.malformedModel, "only tensors can be stacked over turns")
                }
                stackedBytes += piece.byteCount
                guard stackedBytes <= limits.planBytes else {
                    throw EngineError(.resourceExhausted, "stacked outputs of more than the limit of \(limits.planBytes) bytes")
                }
                stacks[position].append(piece.unsqueezed(axis: 0))
            }
            turn += 1
        }
        for position in 0..<carriedCount where run.isWanted(position) { run.publish(state[position], as: position) }
        for position in 0..<stackedCount where run.isWanted(carriedCount + position) {
            let output = carriedCount + position
            if stacks[position].isEmpty {
                try publishEmpty(run, output)
            } else {
                run.publish(try Tensor.concatenated(stacks[position], axis: 0), as: output)
            }
        }
    }

    /// No turn was taken: the result has no rows, and extents that no turn could show are 0.
    private func publishEmpty(_ run: NodeRun, _ output: Int) throws(EngineError) {
        let fact = run.outputFacts[output]
        guard let dataType = fact.dataType else { throw EngineError(.malformedModel, "only tensors can be stacked over turns") }
        let dims = [0] + (fact.dims ?? [.unknown]).dropFirst().map { $0.value ?? 0 }
        guard let shape = Shape(checking: dims) else { throw EngineError(.resourceExhausted, "an output has the shape \(dims)") }
        _ = run.allocate(output, dataType: dataType, shape: shape)
    }

    private static func count(_ tensor: Tensor) throws(EngineError) -> Int {
        guard tensor.count == 1 else { throw EngineError(.invalidInput, "the number of turns must be one element") }
        return Int(tensor.pointer(as: Int64.self)[0])
    }

    private static func truth(_ tensor: Tensor) throws(EngineError) -> Bool {
        guard tensor.count == 1, tensor.dataType == .bool else {
            throw EngineError(.invalidInput, "the condition must be one bool, it is \(tensor.dataType)\(tensor.shape)")
        }
        return tensor.pointer(as: UInt8.self)[0] != 0
    }

    var takesOnlyTensors: Bool { false }
}
