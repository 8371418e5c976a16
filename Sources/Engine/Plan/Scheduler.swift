internal import Tensors

/// Makes the schedule of a network for one set of input shapes.
struct Scheduler {
    let network: Network
    let options: LoadOptions

    private var facts: [Fact]
    private var steps: [Schedule.Step] = []
    /// The value whose memory each value is in: itself, unless it is a view.
    private var roots: [Int]

    static func schedule(
        _ network: Network, entrances: [Int], key: [EntranceKey], options: LoadOptions
    ) throws(EngineError) -> Schedule {
        var scheduler = Scheduler(network, options)
        for (value, key) in zip(entrances, key) { scheduler.facts[value] = key.fact }
        for step in network.steps { try scheduler.add(step) }
        return try scheduler.finish(entrances: entrances, key: key)
    }

    private init(_ network: Network, _ options: LoadOptions) {
        self.network = network
        self.options = options
        facts = network.values.map(\.fact)
        roots = Array(network.values.indices)
    }

    /// Decides what becomes of one step: a constant, a view, or something that runs.
    private mutating func add(_ step: Network.Step) throws(EngineError) {
        let inputs = step.inputs.map { $0.map { facts[$0] } }
        let wanted = step.outputs.map { $0 != nil }
        let operation = step.operation
        let plansMemory = options.isOn(.planMemory)
        let outputs: [Fact]
        do {
            outputs = try operation.infer(inputs, wanted: wanted, limitBytes: options.limits.planBytes)
        } catch { throw error.at(step.node.place) }
        for (output, fact) in zip(step.outputs, outputs) {
            if let output { facts[output] = fact }
        }
        if plansMemory, operation.isDeterministic {
            if zip(wanted, outputs).allSatisfy({ !$0 || $1.value != nil }) { return }
            if isSmall(outputs), inputs.allSatisfy({ $0 == nil || $0?.value != nil }) {
                let results = try Evaluation.run(
                    operation, inputs: inputs.map { $0?.value.map(Value.tensor) }, wanted: wanted, place: step.node.place,
                    limitBytes: options.limits.planBytes)
                if zip(wanted, results).allSatisfy({ !$0 || $1?.tensor != nil }) {
                    for (output, result) in zip(step.outputs, results) {
                        if let output, let tensor = result?.tensor { facts[output] = Fact(constant: tensor) }
                    }
                    return
                }
            }
        }
        // A value inferred for only some of the outputs: the step has to run, so it makes them all.
        for output in step.outputs.compactMap({ $0 }) { facts[output].value = nil }
        if plansMemory, let output = outputs.first, let viewed = operation.viewedInput(inputs, output), viewed < step.inputs.count,
            makeView(of: step.inputs[viewed], step.outputs) { return }
        let isDynamic =
            !plansMemory || inputs.contains { $0 != nil && $0?.shape == nil }
            || zip(wanted, outputs).contains { $0 && $1.shape == nil }
        steps.append(
            Schedule.Step(
                operation: operation, place: step.node.place, inputs: step.inputs, outputs: step.outputs,
                outputFacts: outputs, isDynamic: isDynamic))
    }

    private func isSmall(_ outputs: [Fact]) -> Bool {
        outputs.allSatisfy { fact in
            guard fact.dataType != nil else { return false }
            guard let shape = fact.shape else { return true }
            return shape.count <= options.limits.foldedElementsPerShape
        }
    }

    /// Lets the only output be a view of `input`, if both are tensors of as many elements.
    private mutating func makeView(of input: Int?, _ outputs: [Int?]) -> Bool {
        guard let input, outputs.count >= 1, let output = outputs[0], outputs.dropFirst().allSatisfy({ $0 == nil }),
            let source = facts[input].shape, let target = facts[output].shape, source.count == target.count,
            facts[input].dataType == facts[output].dataType, facts[input].dataType != .string
        else { return false }
        if let value = facts[input].value {
            facts[output] = Fact(constant: value.reshaped(to: target))
        } else {
            roots[output] = roots[input]
        }
        return true
    }

    private mutating func finish(entrances: [Int], key: [EntranceKey]) throws(EngineError) -> Schedule {
        removeDeadSteps()
        var places = [Schedule.Place](repeating: .nowhere, count: facts.count)
        for (position, value) in entrances.enumerated() { places[value] = .entrance(position) }
        for (value, fact) in facts.enumerated() {
            if let constant = fact.value { places[value] = .constant(.tensor(constant)) }
        }
        let exits = network.outputs
        var exitOfRoot: [Int: Int] = [:]
        for (position, value) in exits.enumerated() where exitOfRoot[roots[value]] == nil { exitOfRoot[roots[value]] = position }
        var layout = ArenaLayout()
        for (index, step) in steps.enumerated() {
            for (output, value) in step.outputs.enumerated() {
                guard let value else { continue }
                guard options.isOn(.planMemory), let shape = facts[value].shape, let dataType = facts[value].dataType, dataType != .string else {
                    places[value] = .passing
                    continue
                }
                if let exit = exitOfRoot[value] {
                    places[value] = .exit(exit)
                    continue
                }
                let byteCount = shape.count * dataType.byteWidth
                let last = lastUse[value] ?? index
                if output == 0, options.isOn(.writeInPlace), let victim = overwritable(step, at: index, byteCount: byteCount, layout) {
                    layout.extend(victim, with: value, until: last)
                } else {
                    layout.add(value, byteCount: byteCount, from: index, until: last)
                }
            }
        }
        var available = options.limits.planBytes
        for root in exitOfRoot.keys {
            guard case .exit = places[root], let shape = facts[root].shape, let dataType = facts[root].dataType else { continue }
            available -= min(shape.count * dataType.byteWidth, available)
        }
        let arenaBytes = try layout.assign(limitBytes: available)
        for (value, offset) in layout.offsets { places[value] = .arena(offset) }
        for value in places.indices where roots[value] != value && facts[value].value == nil { places[value] = places[roots[value]] }
        return Schedule(
            steps: steps, places: places, shapes: facts.map(\.shape), types: facts.map(\.type), entrances: entrances, exits: exits,
            arenaBytes: arenaBytes, limitBytes: options.limits.planBytes, key: key)
    }

    /// The last step that reads each root or one of its views.
    private var lastUse: [Int: Int] = [:]

    private mutating func removeDeadSteps() {
        var needed = Set<Int>()
        for value in network.outputs where facts[value].value == nil { needed.insert(roots[value]) }
        var kept: [Schedule.Step] = []
        for step in steps.reversed() {
            guard step.outputs.contains(where: { $0.map { needed.contains($0) } ?? false }) else { continue }
            for input in step.inputs {
                if let input, facts[input].value == nil { needed.insert(roots[input]) }
            }
            kept.append(step)
        }
        steps = kept.reversed()
        for (index, step) in steps.enumerated() {
            for input in step.inputs {
                if let input { lastUse[roots[input]] = index }
            }
        }
        // Outputs live to the end.
        for value in network.outputs { lastUse[roots[value]] = steps.count }
    }

    /// The root among the step's inputs whose memory output 0 may take over.
    private func overwritable(_ step: Schedule.Step, at index: Int, byteCount: Int, _ layout: ArenaLayout) -> Int? {
        for position in step.operation.overwritableInputs where position < step.inputs.count {
            guard let input = step.inputs[position] else { continue }
            let root = roots[input]
            guard lastUse[root] == index, layout.byteCount(of: root) == byteCount, byteCount > 0,
                // Through another input the same memory might be read at other places.
                step.inputs.filter({ $0.map { roots[$0] == root } ?? false }).count == 1
            else { continue }
            return root
        }
        return nil
    }
}
