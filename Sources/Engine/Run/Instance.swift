internal import Tensors

/// The state of one run of a schedule, kept for the next: its memory, and its nodes with their inputs in place.
///
/// Used by one run at a time.
final class Instance: @unchecked Sendable {
    // Sendable because a schedule hands an instance to one run at a time, under its lock.

    /// A place where a value has to be put during a run.
    private struct Slot {
        let run: Int
        let index: Int
        /// The shape there, when it is a view under another shape.
        let shape: Shape?
    }

    /// Not held: the schedule holds its idle instances, and whoever runs one holds the schedule.
    private unowned let schedule: Schedule
    private let context: RunContext
    private let runs: [NodeRun]
    /// Inputs of nodes that a given value, an output or a passing value goes to.
    private var entranceSlots: [[Slot]]
    private var exitSlots: [[Slot]]
    private var exitTargets: [[Slot]]
    private var passingSlots: [[Slot]]
    /// Outputs of the run that are passing values, by value.
    private var passingExits: [Int: Value] = [:]

    init(_ schedule: Schedule) {
        self.schedule = schedule
        let arena = TensorStorage(byteCount: schedule.arenaBytes)
        let context = RunContext(arena: arena)
        self.context = context
        entranceSlots = Array(repeating: [], count: schedule.entrances.count)
        exitSlots = Array(repeating: [], count: schedule.exits.count)
        exitTargets = Array(repeating: [], count: schedule.exits.count)
        passingSlots = Array(repeating: [], count: schedule.places.count)
        let passingOutputs = Set(schedule.exits.filter { if case .passing = schedule.places[$0] { true } else { false } })
        var runs: [NodeRun] = []
        runs.reserveCapacity(schedule.steps.count)
        for (number, step) in schedule.steps.enumerated() {
            var transient: [Int] = []
            var inputs = [Value?](repeating: nil, count: step.inputs.count)
            for (index, value) in step.inputs.enumerated() {
                guard let value else { continue }
                let slot = Slot(run: number, index: index, shape: schedule.shapes[value])
                switch schedule.places[value] {
                case .constant(let constant): inputs[index] = constant
                case .arena(let offset): inputs[index] = schedule.tensor(value, in: arena, at: offset).map(Value.tensor)
                case .entrance(let position):
                    entranceSlots[position].append(slot)
                    transient.append(index)
                case .exit(let position):
                    exitSlots[position].append(slot)
                    transient.append(index)
                case .passing:
                    passingSlots[value].append(Slot(run: number, index: index, shape: nil))
                    transient.append(index)
                case .nowhere: continue
                }
            }
            var planned = [Tensor?](repeating: nil, count: step.outputs.count)
            var deliveries: [NodeRun.Delivery] = []
            for (index, value) in step.outputs.enumerated() {
                guard let value else { continue }
                switch schedule.places[value] {
                case .arena(let offset): planned[index] = schedule.tensor(value, in: arena, at: offset)
                case .exit(let position): exitTargets[position].append(Slot(run: number, index: index, shape: schedule.shapes[value]))
                case .passing:
                    deliveries.append(NodeRun.Delivery(output: index, value: value, isExit: passingOutputs.contains(value)))
                default: continue
                }
            }
            let run = NodeRun(
                operation: step.operation, inputs: inputs, outputFacts: step.outputFacts, wanted: step.outputs.map { $0 != nil },
                planned: planned, context: context)
            run.transientInputs = transient
            run.deliveries = deliveries
            run.isDynamic = step.isDynamic && !(step.operation.publishesOutputs && planned.allSatisfy { $0 == nil })
            run.needsCare = step.isDynamic || !transient.isEmpty || !deliveries.isEmpty
            runs.append(run)
        }
        self.runs = runs
    }

    /// Runs every step.
    ///
    /// - Parameters:
    ///   - inputs: one value for each entrance.
    ///   - outputs: memory for each output whose shape is known; the others, and what needs no copy, are put in.
    func run(
        _ inputs: [Value], into outputs: inout [Value?], cancellation: Cancellation?, recorder: RunRecorder? = nil
    ) throws(EngineError) {
        context.cancellation = cancellation
        defer { clear() }
        for (position, slots) in entranceSlots.enumerated() {
            for slot in slots { runs[slot.run].inputs[slot.index] = view(inputs[position], slot.shape) }
        }
        for (position, targets) in exitTargets.enumerated() where !targets.isEmpty {
            guard case .tensor(let tensor)? = outputs[position] else { preconditionFailure("no memory for an output") }
            for slot in targets { runs[slot.run].planned[slot.index] = slot.shape.map { tensor.reshaped(to: $0) } ?? tensor }
            for slot in exitSlots[position] { runs[slot.run].inputs[slot.index] = view(.tensor(tensor), slot.shape) }
        }
        for index in 0..<runs.count {
            let run = runs[index]
            if let cancellation, cancellation.isCancelled { throw EngineError(.cancelled, "the run was abandoned") }
            let start = recorder == nil ? 0 : RunRecorder.now()
            do throws(EngineError) {
                if run.isDynamic { try inferAgain(run) }
                try run.operation.run(run)
                if run.fault != nil { try run.throwFault() }
                if run.needsCare { try deliver(run) }
            } catch { throw error.at(schedule.steps[index].place) }
            context.scratch.reset()
            if let recorder { recorder.add(schedule.steps[index].place, since: start) }
        }
        try collect(inputs, into: &outputs)
    }

    /// After a step with inputs or outputs that change from run to run: they go to where they are read next.
    private func deliver(_ run: NodeRun) throws(EngineError) {
        // Let go at once: what only passes by is freed after its last reader.
        for index in run.transientInputs { run.inputs[index] = nil }
        for delivery in run.deliveries {
            guard let value = run.outputs[delivery.output] else {
                throw EngineError(.unsupported, "the operator left output \(delivery.output) out")
            }
            run.outputs[delivery.output] = nil
            for slot in passingSlots[delivery.value] { runs[slot.run].inputs[slot.index] = value }
            if delivery.isExit { passingExits[delivery.value] = value }
        }
    }

    private func inferAgain(_ run: NodeRun) throws(EngineError) {
        let facts = run.inputs.map { $0?.fact }
        let inferred = try run.operation.infer(facts, wanted: run.wanted, limitBytes: schedule.limitBytes)
        for (index, planned) in run.planned.enumerated() {
            guard let planned else { continue }
            guard let shape = inferred[index].shape, shape == planned.shape else {
                // An If whose branches promised one shape may still end in another way for its actual inputs.
                if inferred[index].shape == nil { continue }
                throw EngineError(.malformedModel, "output \(index) has shape \(inferred[index].dims ?? []), planned was \(planned.shape)")
            }
        }
        run.outputFacts = inferred
    }

    /// Fills in the outputs that no step wrote in place.
    private func collect(_ inputs: [Value], into outputs: inout [Value?]) throws(EngineError) {
        for (position, value) in schedule.exits.enumerated() {
            switch schedule.places[value] {
            case .exit(let owner) where owner == position: continue
            case .exit(let owner):
                guard let source = outputs[owner] else { continue }
                put(source, as: schedule.shapes[value], into: &outputs[position])
            case .constant(let constant): put(constant, as: schedule.shapes[value], into: &outputs[position])
            case .entrance(let entrance): put(inputs[entrance], as: schedule.shapes[value], into: &outputs[position])
            case .passing:
                guard let result = passingExits[value] else {
                    throw EngineError(.malformedModel, "nothing made output \(position)")
                }
                put(result, as: nil, into: &outputs[position])
            case .arena, .nowhere: throw EngineError(.malformedModel, "nothing made output \(position)")
            }
        }
    }

    /// Copies into the memory given for an output; hands the value on where none is.
    private func put(_ value: Value, as shape: Shape?, into output: inout Value?) {
        guard case .tensor(let source) = value else {
            output = value
            return
        }
        if case .tensor(let target)? = output, target.dataType == source.dataType, target.byteCount == source.byteCount {
            if source.dataType == .string {
                target.setStrings(source.strings)
            } else {
                target.mutableBytes.copyMemory(from: source.bytes, byteCount: source.byteCount)
            }
            return
        }
        output = .tensor(shape.map { source.reshaped(to: $0) } ?? source)
    }

    private func view(_ value: Value, _ shape: Shape?) -> Value {
        guard let shape, case .tensor(let tensor) = value, tensor.shape != shape, tensor.count == shape.count else { return value }
        return .tensor(tensor.reshaped(to: shape))
    }

    /// Lets go of everything that is not this instance's own.
    private func clear() {
        for run in runs where run.needsCare {
            for index in run.transientInputs { run.inputs[index] = nil }
            for index in run.outputs.indices { run.outputs[index] = nil }
        }
        for targets in exitTargets {
            for slot in targets { runs[slot.run].planned[slot.index] = nil }
        }
        if !passingExits.isEmpty { passingExits = [:] }
        context.scratch.reset()
        context.cancellation = nil
    }
}

extension Schedule {
    fileprivate func tensor(_ value: Int, in arena: TensorStorage, at offset: Int) -> Tensor? {
        guard case .tensor(let dataType) = types[value], let shape = shapes[value] else { return nil }
        return Tensor(dataType: dataType, shape: shape, storage: arena, byteOffset: offset)
    }
}
