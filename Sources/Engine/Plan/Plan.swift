internal import Synchronization
internal import Tensors

/// One graph, ready to run any number of times on any number of threads.
final class Plan: Sendable {
    let network: Network
    let options: LoadOptions
    /// The values given to a run: the graph's inputs, then its captures.
    let entrances: [Int]
    /// The schedule used last comes first. The lock is held for looking only.
    private let schedules = Mutex<[Schedule]>([])
    /// Bytes of idle instances; approximate while runs end at once.
    private let idleBytes = Atomic<Int>(0)

    init(_ network: Network, options: LoadOptions) {
        self.network = network
        self.options = options
        self.entrances = network.inputs + network.captures.map(\.value)
    }

    /// The facts of the outputs for inputs of these facts.
    func infer(_ inputs: [Fact]) throws(EngineError) -> [Fact] {
        var facts = network.values.map(\.fact)
        for (value, fact) in zip(entrances, inputs) { facts[value] = fact }
        for step in network.steps {
            let wanted = step.outputs.map { $0 != nil }
            let results: [Fact]
            do {
                results = try step.operation.infer(step.inputs.map { $0.map { facts[$0] } }, wanted: wanted, limitBytes: options.limits.planBytes)
            } catch { throw error.at(step.node.place) }
            for (output, fact) in zip(step.outputs, results) {
                if let output { facts[output] = fact }
            }
        }
        return network.outputs.map { facts[$0] }
    }

    /// Runs the graph; `inputs` are its inputs and then its captures.
    func run(_ inputs: [Value], cancellation: Cancellation? = nil) throws(EngineError) -> [Value] {
        var outputs = [Value?](repeating: nil, count: network.outputs.count)
        try run(inputs, into: &outputs, cancellation: cancellation)
        var results: [Value] = []
        results.reserveCapacity(outputs.count)
        for (position, output) in outputs.enumerated() {
            guard let output else { throw EngineError(.malformedModel, "nothing made it", place: "output \(position)") }
            results.append(output)
        }
        return results
    }

    /// Runs the graph. A tensor in `outputs` is written to if it fits; anything else there is replaced.
    func run(
        _ inputs: [Value], into outputs: inout [Value?], cancellation: Cancellation?, recorder: RunRecorder? = nil
    ) throws(EngineError) {
        let schedule = try schedule(for: inputs)
        for position in outputs.indices where schedule.ownsMemory(ofExit: position) {
            guard let (dataType, shape) = schedule.exitShape(position) else { continue }
            if case .tensor(let given)? = outputs[position], given.dataType == dataType, given.shape.count == shape.count { continue }
            outputs[position] = .tensor(Tensor(dataType: dataType, shape: shape))
        }
        let instance = take(from: schedule)
        defer { give(instance, to: schedule) }
        try instance.run(inputs, into: &outputs, cancellation: cancellation, recorder: recorder)
    }

    private func take(from schedule: Schedule) -> Instance {
        guard let instance = schedule.takeInstance() else { return Instance(schedule) }
        idleBytes.subtract(schedule.arenaBytes, ordering: .relaxed)
        return instance
    }

    /// Keeps an instance for a later run, at the cost of those that were not used for longer.
    private func give(_ instance: Instance, to schedule: Schedule) {
        guard schedule.arenaBytes <= options.limits.idleBytes, schedule.give(instance, limit: options.limits.idleInstances) else { return }
        let total = idleBytes.add(schedule.arenaBytes, ordering: .relaxed).newValue
        if total > options.limits.idleBytes { trim(sparing: schedule) }
    }

    private func trim(sparing current: Schedule) {
        for schedule in schedules.withLock({ $0 }).reversed() where schedule !== current {
            idleBytes.subtract(schedule.dropInstances() * schedule.arenaBytes, ordering: .relaxed)
            if idleBytes.load(ordering: .relaxed) <= options.limits.idleBytes { return }
        }
    }

    /// The schedule for inputs of these types and shapes: a remembered one, or a new one.
    func schedule(for inputs: [Value]) throws(EngineError) -> Schedule {
        let remembered = schedules.withLock { schedules -> Schedule? in
            guard let index = schedules.firstIndex(where: { $0.fits(inputs) }) else { return nil }
            let found = schedules[index]
            if index > 0 {
                schedules.remove(at: index)
                schedules.insert(found, at: 0)
            }
            return found
        }
        if let remembered { return remembered }
        let made = try Scheduler.schedule(network, entrances: entrances, key: inputs.map(EntranceKey.init), options: options)
        let forgotten = schedules.withLock { schedules -> Schedule? in
            // Another thread may have made the same one meanwhile: two are as good as one.
            schedules.insert(made, at: 0)
            return schedules.count > options.limits.rememberedShapes ? schedules.removeLast() : nil
        }
        if let forgotten { idleBytes.subtract(forgotten.dropInstances() * forgotten.arenaBytes, ordering: .relaxed) }
        return made
    }
}
