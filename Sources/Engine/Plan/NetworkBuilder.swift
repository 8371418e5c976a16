internal import Tensors

/// Makes a network of a graph: names become numbers, operators are resolved, facts inferred, constants folded.
struct NetworkBuilder {
    /// Looks a name up in the graphs around a subgraph.
    typealias Outer = (String) -> Fact?

    let options: LoadOptions
    private var network = Network()
    private var numbers: [String: Int] = [:]
    private let outer: Outer?
    /// Bytes of all constants computed so far.
    private var foldedBytes = 0

    /// - Parameters:
    ///   - inputs: facts that replace what the graph declares for its inputs; nil to take the declared ones.
    ///   - outer: for a subgraph, what is known of the values around it.
    static func build(
        _ graph: Graph, inputs: [Fact]? = nil, outer: Outer? = nil, options: LoadOptions
    ) throws(EngineError) -> Network {
        var builder = NetworkBuilder(options: options, outer: outer)
        try builder.define(graph, inputs)
        var network = builder.network
        if options.isOn(.removeDead) { network.removeDead() }
        if options.isOn(.fusePatterns) {
            try network.fusePatterns()
            if options.isOn(.removeDead) { network.removeDead() }
        }
        if options.isOn(.foldChannels) { try network.foldChannels() }
        if options.isOn(.fuseActivations) { try network.fuseActivations() }
        if options.isOn(.blockChannels) {
            if options.isOn(.removeDead) { network.removeDead() }
            try network.blockChannels()
        }
        if options.isOn(.removeDead) { network.removeDead() }
        if options.isOn(.prepare) { try network.prepare() }
        return network
    }

    private init(options: LoadOptions, outer: Outer?) {
        self.options = options
        self.outer = outer
    }

    private mutating func define(_ graph: Graph, _ inputFacts: [Fact]?) throws(EngineError) {
        if let inputFacts, inputFacts.count != graph.inputs.count {
            throw EngineError(
                .malformedModel, "it has \(graph.inputs.count) inputs where \(inputFacts.count) are given", place: "graph '\(graph.name)'")
        }
        for (index, port) in graph.inputs.enumerated() where inputFacts != nil || graph.initializers[port.name] == nil {
            guard let fact = inputFacts?[index] ?? port.fact else {
                throw EngineError(.malformedModel, "its type is not declared", place: "input '\(port.name)'")
            }
            network.inputs.append(try number(port.name, fact, place: "input '\(port.name)'"))
        }
        let shadowed = Set(inputFacts == nil ? [] : graph.inputs.map(\.name))
        for (name, tensor) in graph.initializers.sorted(by: { $0.key < $1.key }) where !shadowed.contains(name) {
            _ = try number(name, Fact(constant: tensor), place: "initialiser '\(name)'")
        }
        for node in try TopologicalOrder.sorted(graph, known: Set(numbers.keys), outer: { outer?($0) != nil }) {
            try append(node)
        }
        for port in graph.outputs {
            guard let value = try lookUp(port.name) else {
                throw EngineError(.malformedModel, "nothing makes it", place: "output '\(port.name)'")
            }
            network.outputs.append(value)
        }
    }

    private mutating func number(_ name: String, _ fact: Fact, place: String) throws(EngineError) -> Int {
        let value = network.add(name, fact)
        guard numbers.updateValue(value, forKey: name) == nil else {
            throw EngineError(.malformedModel, "value '\(name)' is made twice", place: place)
        }
        return value
    }

    /// The number of a value of this graph or of one around it; nil when there is none of that name.
    private mutating func lookUp(_ name: String) throws(EngineError) -> Int? {
        if let value = numbers[name] { return value }
        guard let fact = outer?(name) else { return nil }
        let value = try number(name, fact, place: "value '\(name)'")
        // What is constant around a subgraph is constant within.
        if fact.value == nil { network.captures.append((name, value)) }
        return value
    }

    private mutating func append(_ node: Node) throws(EngineError) {
        guard let entry = Registry.find(node) else { throw node.unsupported("no such operator") }
        var operation: any Operation
        do { operation = try entry.make(node) } catch { throw error.at(node.place) }
        var inputs: [Int?] = []
        for name in node.inputs {
            guard !name.isEmpty else {
                inputs.append(nil)
                continue
            }
            guard let value = try lookUp(name) else { throw node.malformed("it reads '\(name)', which nothing makes") }
            inputs.append(value)
        }
        if options.isOn(.inlineBranches), let branches = operation as? If, let value = inputs.first.flatMap({ $0 }),
            let condition = network.values[value].fact.value, condition.dataType == .bool, condition.count == 1
        {
            try inline(branches.branch(for: condition), of: node)
            return
        }
        if let subgraphs = operation as? any SubgraphOperation {
            operation = try bind(subgraphs, of: node, &inputs)
        }
        let facts: [Fact?] = inputs.map { $0.map { network.values[$0].fact } }
        let wanted = node.outputs.map { !$0.isEmpty }
        let outputFacts: [Fact]
        do {
            outputFacts = try operation.infer(facts, wanted: wanted, limitBytes: options.limits.planBytes)
        } catch { throw error.at(node.place) }
        if options.isOn(.foldConstants), let constants = try fold(operation, node, facts, outputFacts, wanted) {
            for (name, constant) in zip(node.outputs, constants) where !name.isEmpty {
                guard let constant else { continue }
                _ = try number(name, Fact(constant: constant), place: node.place)
            }
            return
        }
        var outputs: [Int?] = []
        for (name, fact) in zip(node.outputs, outputFacts) {
            outputs.append(name.isEmpty ? nil : try number(name, fact, place: node.place))
        }
        network.steps.append(Network.Step(node: node, operation: operation, inputs: inputs, outputs: outputs))
    }

    /// Puts the only branch that can be taken in the place of its node.
    private mutating func inline(_ branch: Graph, of node: Node) throws(EngineError) {
        guard node.outputs.count <= branch.outputs.count else {
            throw node.malformed("\(node.outputs.count) outputs, but its branch has \(branch.outputs.count)")
        }
        // The branch's own names hide those around it, and end with it.
        let around = numbers
        for name in branch.initializers.keys { numbers[name] = nil }
        for inner in branch.nodes { for name in inner.outputs { numbers[name] = nil } }
        for (name, tensor) in branch.initializers.sorted(by: { $0.key < $1.key }) {
            _ = try number(name, Fact(constant: tensor), place: "initialiser '\(name)'")
        }
        let outer = self.outer
        let order = try TopologicalOrder.sorted(branch, known: Set(branch.initializers.keys)) { around[$0] != nil || outer?($0) != nil }
        for inner in order { try append(inner) }
        var results: [Int] = []
        for port in branch.outputs {
            guard let value = try lookUp(port.name) else {
                throw EngineError(.malformedModel, "nothing makes it", place: "\(node.place), output '\(port.name)'")
            }
            results.append(value)
        }
        numbers = around
        for (name, value) in zip(node.outputs, results) where !name.isEmpty {
            guard numbers.updateValue(value, forKey: name) == nil else { throw node.malformed("value '\(name)' is made twice") }
        }
    }

    /// Plans the node's subgraphs; what they capture is added to the node's inputs.
    private mutating func bind(
        _ operation: any SubgraphOperation, of node: Node, _ inputs: inout [Int?]
    ) throws(EngineError) -> any Operation {
        let own = inputs
        for name in node.capturedNames {
            guard try lookUp(name) != nil else { throw node.malformed("a graph in it reads '\(name)', which nothing makes") }
        }
        let ownFacts: [Fact?] = own.map { $0.map { network.values[$0].fact } }
        var bodies: [Body] = []
        for (index, graph) in operation.graphs.enumerated() {
            let network = self.network
            let numbers = self.numbers
            let facts: [Fact]
            do { facts = try operation.inputFacts(ofGraph: index, ownFacts) } catch { throw error.at(node.place) }
            let body: Network
            do {
                body = try NetworkBuilder.build(
                    graph, inputs: facts, outer: { name in numbers[name].map { network.values[$0].fact } }, options: options)
            } catch {
                throw EngineError(error.code, error.message, place: error.place.map { "\(node.place), \($0)" } ?? node.place)
            }
            var captured: [Int] = []
            for capture in body.captures {
                captured.append(inputs.count)
                inputs.append(numbers[capture.name])
            }
            bodies.append(Body(plan: Plan(body, options: options), captured: captured))
        }
        do { return try operation.bind(bodies) } catch { throw error.at(node.place) }
    }

    /// The outputs as constants, when they depend on nothing else and are not too large; nil otherwise.
    private mutating func fold(
        _ operation: any Operation, _ node: Node, _ facts: [Fact?], _ outputs: [Fact], _ wanted: [Bool]
    ) throws(EngineError) -> [Tensor?]? {
        guard operation.isDeterministic else { return nil }
        if zip(outputs, wanted).allSatisfy({ !$1 || $0.value != nil }) { return outputs.prefix(wanted.count).map(\.value) }
        guard facts.allSatisfy({ $0 == nil || $0?.value != nil }) else { return nil }
        for fact in outputs {
            guard let dataType = fact.dataType else { return nil }
            let limit = min(options.limits.foldedBytes, options.limits.planBytes - foldedBytes)
            if let shape = fact.shape, shape.count > limit / max(dataType.byteWidth, dataType == .string ? 8 : 1) { return nil }
        }
        let results = try Evaluation.run(
            operation, inputs: facts.map { $0?.value.map(Value.tensor) }, wanted: wanted, place: node.place,
            limitBytes: options.limits.planBytes)
        var tensors: [Tensor?] = []
        for (result, isWanted) in zip(results, wanted) {
            if isWanted, result?.tensor == nil { return nil }
            tensors.append(result?.tensor)
            foldedBytes += result?.tensor?.byteCount ?? 0
        }
        return tensors
    }
}
