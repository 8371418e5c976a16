internal import Tensors

/// Runs a graph over slices of its inputs, carrying a state from each to the next.
struct Scan: SubgraphOperation {
    static let entry = OperatorEntry("Scan") { node throws(EngineError) in try Scan(node) }

    let graphs: [Graph]
    /// Version 8: everything has a batch axis in front, and sequences may have lengths of their own.
    private let isBatched: Bool
    private let stateCount: Int
    private let inputCount: Int
    private let stackedCount: Int
    private let inputAxes: [Int]
    private let inputsReversed: [Bool]
    private let outputAxes: [Int]
    private let outputsReversed: [Bool]
    private var bodies: [Body] = []

    init(_ node: Node) throws(EngineError) {
        let graph = try node.required("body", node.graph("body"))
        graphs = [graph]
        isBatched = node.version < 9
        inputCount = try node.required("num_scan_inputs", node.int("num_scan_inputs"))
        guard inputCount >= 1, inputCount <= graph.inputs.count else {
            throw node.malformed("num_scan_inputs is \(inputCount), its body has \(graph.inputs.count) inputs")
        }
        stateCount = graph.inputs.count - inputCount
        stackedCount = graph.outputs.count - stateCount
        guard stackedCount >= 0, node.inputs.count >= graph.inputs.count + (isBatched ? 1 : 0) else {
            throw node.malformed("its body has \(graph.inputs.count) inputs and \(graph.outputs.count) outputs")
        }
        inputAxes = try Self.list(node, "scan_input_axes", count: inputCount)
        outputAxes = try Self.list(node, "scan_output_axes", count: stackedCount)
        inputsReversed = try Self.list(node, isBatched ? "directions" : "scan_input_directions", count: inputCount).map { $0 != 0 }
        outputsReversed = try Self.list(node, "scan_output_directions", count: stackedCount).map { $0 != 0 }
    }

    private static func list(_ node: Node, _ name: String, count: Int) throws(EngineError) -> [Int] {
        guard let values = try node.ints(name) else { return [Int](repeating: 0, count: count) }
        guard values.count == count else { throw node.malformed("\(name) has \(values.count) elements instead of \(count)") }
        return values
    }

    var outputCount: Int { stateCount + stackedCount }

    /// Where the states begin among the node's inputs: version 8 has lengths in front.
    private var firstState: Int { isBatched ? 1 : 0 }

    func inputFacts(ofGraph index: Int, _ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        var facts: [Fact] = []
        for position in 0..<stateCount { facts.append(Fact(type: try input(position, inputs).type)) }
        for position in 0..<inputCount { facts.append(try slice(position, inputs)) }
        return facts
    }

    private func input(_ position: Int, _ inputs: [Fact?]) throws(EngineError) -> Fact {
        guard firstState + position < inputs.count, var fact = inputs[firstState + position], fact.dataType != nil else {
            throw EngineError(.malformedModel, "input \(firstState + position) must be a tensor")
        }
        fact.value = nil
        if isBatched, let dims = fact.dims {
            guard !dims.isEmpty else { throw EngineError(.malformedModel, "input \(firstState + position) has no batch axis") }
            fact.dims = Array(dims.dropFirst())
        }
        return fact
    }

    /// What one slice of scanned input `position` looks like.
    private func slice(_ position: Int, _ inputs: [Fact?]) throws(EngineError) -> Fact {
        var fact = try input(stateCount + position, inputs)
        if var dims = fact.dims {
            dims.remove(at: try Self.axis(inputAxes[position], rank: dims.count))
            fact.dims = dims
        }
        return fact
    }

    private static func axis(_ axis: Int, rank: Int) throws(EngineError) -> Int {
        guard axis >= -rank, axis < rank else { throw EngineError(.malformedModel, "scan axis \(axis) of a tensor of rank \(rank)") }
        return axis < 0 ? axis + rank : axis
    }

    func bind(_ bodies: [Body]) throws(EngineError) -> any Operation {
        var bound = self
        bound.bodies = bodies
        return bound
    }

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        var state: [Fact] = []
        var slices: [Fact] = []
        for position in 0..<stateCount { state.append(try input(position, inputs)) }
        for position in 0..<inputCount { slices.append(try slice(position, inputs)) }
        var results: [Fact] = []
        for attempt in 0..<4 {
            if attempt == 3 { state = state.map { Fact(type: $0.type) } }
            results = try bodies[0].infer(state + slices, node: inputs)
            var isStable = true
            for position in 0..<stateCount {
                guard let joined = state[position].joined(with: results[position]) else {
                    throw EngineError(.malformedModel, "state \(position) changes from \(state[position].type) to \(results[position].type)")
                }
                if joined.dims != state[position].dims { isStable = false }
                state[position] = joined
            }
            if isStable { break }
        }
        var length = Dim.unknown
        for position in 0..<inputCount {
            guard let dims = try input(stateCount + position, inputs).dims else { continue }
            let dim = dims[try Self.axis(inputAxes[position], rank: dims.count)]
            if case .known = dim { length = dim } else if length == .unknown { length = dim }
        }
        var outputs = state
        for position in 0..<stackedCount {
            var fact = results[stateCount + position]
            fact.value = nil
            if var dims = fact.dims {
                dims.insert(length, at: try Self.axis(outputAxes[position], rank: dims.count + 1))
                fact.dims = dims
            }
            outputs.append(fact)
        }
        guard isBatched else { return outputs }
        var batch = Dim.unknown
        for position in 0..<graphs[0].inputs.count {
            if let dim = inputs[firstState + position]?.dims?.first, batch == .unknown { batch = dim }
        }
        return outputs.map { Fact(type: $0.type, dims: $0.dims.map { [batch] + $0 }) }
    }

    func run(_ run: NodeRun) throws(EngineError) {
        let inputs = (0..<graphs[0].inputs.count).map { run.tensor(firstState + $0) }
        let results: [Tensor]
        if isBatched {
            results = try runBatch(inputs, lengths: run.optionalTensor(0), in: run)
        } else {
            results = try scan(inputs, length: nil, in: run)
        }
        for (output, result) in results.enumerated() where run.isWanted(output) { run.publish(result, as: output) }
    }

    private func runBatch(_ inputs: [Tensor], lengths: Tensor?, in run: NodeRun) throws(EngineError) -> [Tensor] {
        guard inputs.allSatisfy({ $0.shape.rank >= 1 }), let batch = inputs.first?.shape[0], batch > 0,
            inputs.allSatisfy({ $0.shape[0] == batch })
        else { throw EngineError(.invalidInput, "the inputs differ in their batch size, or there is none") }
        if let lengths, lengths.dataType != .int64 || lengths.count != batch {
            throw EngineError(.invalidInput, "sequence lengths must be int64, one for each row")
        }
        var rows = [[Tensor]](repeating: [], count: outputCount)
        for row in 0..<batch {
            let length = lengths.map { Int($0.pointer(as: Int64.self)[row]) }
            let results = try scan(inputs.map { $0.element(axis: 0, row) }, length: length, in: run)
            for (output, result) in results.enumerated() { rows[output].append(result.unsqueezed(axis: 0)) }
        }
        var results: [Tensor] = []
        for pieces in rows { results.append(try Tensor.concatenated(pieces, axis: 0)) }
        return results
    }

    /// One pass over the slices; past `length` the stacked outputs are zero.
    private func scan(_ inputs: [Tensor], length: Int?, in run: NodeRun) throws(EngineError) -> [Tensor] {
        var state = inputs.prefix(stateCount).map(Value.tensor)
        let scanned = Array(inputs.dropFirst(stateCount))
        var axes: [Int] = []
        var steps: Int?
        for (position, tensor) in scanned.enumerated() {
            let axis = try Self.axis(inputAxes[position], rank: tensor.shape.rank)
            axes.append(axis)
            guard steps == nil || steps == tensor.shape[axis] else {
                throw EngineError(.invalidInput, "scanned inputs of \(steps ?? 0) and \(tensor.shape[axis]) slices")
            }
            steps = tensor.shape[axis]
        }
        let total = steps ?? 0
        let limit = bodies[0].plan.options.limits.loopIterations
        guard total <= limit else { throw EngineError(.resourceExhausted, "\(total) slices, more than the limit of \(limit) turns") }
        let count = min(max(length ?? total, 0), total)
        var stacks = [[Tensor]](repeating: [], count: stackedCount)
        for step in 0..<count {
            var values = state
            for (position, tensor) in scanned.enumerated() {
                let index = inputsReversed[position] ? count - 1 - step : step
                values.append(.tensor(tensor.element(axis: axes[position], index)))
            }
            let results = try bodies[0].run(values, in: run)
            state = Array(results.prefix(stateCount))
            for (position, result) in results.dropFirst(stateCount).enumerated() {
                guard let tensor = result.tensor else { throw EngineError(.malformedModel, "only tensors can be stacked") }
                stacks[position].append(tensor)
            }
        }
        var outputs: [Tensor] = []
        for value in state {
            guard let tensor = value.tensor else { throw EngineError(.malformedModel, "a state is no tensor") }
            outputs.append(tensor)
        }
        for position in 0..<stackedCount {
            outputs.append(try stack(stacks[position], position, total: total, run))
        }
        return outputs
    }

    private func stack(_ pieces: [Tensor], _ position: Int, total: Int, _ run: NodeRun) throws(EngineError) -> Tensor {
        guard let first = pieces.first else {
            let fact = run.outputFacts[stateCount + position]
            guard let dataType = fact.dataType else { throw EngineError(.malformedModel, "only tensors can be stacked") }
            var dims = (fact.dims ?? [0]).map { $0.value ?? 0 }
            if isBatched, !dims.isEmpty { dims.removeFirst() }
            guard let shape = Shape(checking: dims) else { throw EngineError(.resourceExhausted, "an output has the shape \(dims)") }
            return Self.zeros(dataType, shape)
        }
        let axis = try Self.axis(outputAxes[position], rank: first.shape.rank + 1)
        var ordered = outputsReversed[position] ? pieces.reversed() : pieces
        if ordered.count < total {
            let padding = Self.zeros(first.dataType, first.shape)
            ordered += [Tensor](repeating: padding, count: total - ordered.count)
        }
        return try Tensor.concatenated(ordered.map { $0.unsqueezed(axis: axis) }, axis: axis)
    }

    private static func zeros(_ dataType: DataType, _ shape: Shape) -> Tensor {
        let tensor = Tensor(dataType: dataType, shape: shape)
        tensor.mutableBytes.initializeMemory(as: UInt8.self, repeating: 0, count: tensor.byteCount)
        return tensor
    }

    var takesOnlyTensors: Bool { false }
}
