internal import Tensors
internal import Batching
internal import Messages
internal import Serving

extension TritonSpec {
    func batching(_ batching: ModelConfig.DynamicBatching, maxRows: Int) throws(MessageError) -> BatchingSpec {
        var spec = BatchingSpec()
        spec.isExplicit = true
        for (index, size) in batching.preferredBatchSize.enumerated() {
            let field = "dynamic_batching.preferred_batch_size[\(index)]"
            guard size > 0 else { throw fault(field, "must be positive, is \(size)") }
            guard maxRows == 0 || Int(size) <= maxRows else { throw fault(field, "is \(size), above max_batch_size \(maxRows)") }
            spec.preferredRows.append(Int(size))
        }
        spec.maxQueueDelayNanos = nanos(batching.maxQueueDelayMicroseconds)
        spec.preservesOrder = batching.preserveOrdering
        guard batching.priorityLevels <= UInt64(BatchingSpec.maxPriorityLevels) else {
            throw fault("dynamic_batching.priority_levels", "may be \(BatchingSpec.maxPriorityLevels) at most, is \(batching.priorityLevels)")
        }
        spec.priorityLevels = Int(batching.priorityLevels)
        guard batching.defaultPriorityLevel <= batching.priorityLevels else {
            throw fault(
                "dynamic_batching.default_priority_level", "is \(batching.defaultPriorityLevel), but there are \(batching.priorityLevels) levels")
        }
        spec.defaultPriority = Int(batching.defaultPriorityLevel)
        if let policy = batching.defaultQueuePolicy { spec.defaultQueuePolicy = QueuePolicy(policy) }
        for (level, policy) in batching.priorityQueuePolicy {
            guard level >= 1, level <= max(1, batching.priorityLevels) else {
                throw fault("dynamic_batching.priority_queue_policy", "is for level \(level), but there are \(batching.priorityLevels) levels")
            }
            spec.queuePolicies[Int(level)] = QueuePolicy(policy)
        }
        return spec
    }

    func sequence(_ sequence: ModelConfig.SequenceBatching) throws(MessageError) -> SequenceSpec {
        var spec = SequenceSpec()
        switch sequence.strategy {
        case .oldest(let oldest):
            spec.strategy = .oldest(
                maxCandidates: max(1, Int(oldest.maxCandidateSequences)), preferredRows: oldest.preferredBatchSize.map(Int.init),
                maxQueueDelayNanos: nanos(oldest.maxQueueDelayMicroseconds), preservesOrder: oldest.preserveOrdering)
        case .direct(let direct):
            spec.strategy = .direct(
                minimumSlotUtilization: Double(direct.minimumSlotUtilization), maxQueueDelayNanos: nanos(direct.maxQueueDelayMicroseconds))
        case nil: break
        }
        if sequence.maxSequenceIdleMicroseconds > 0 { spec.maxIdleNanos = nanos(sequence.maxSequenceIdleMicroseconds) }
        for (index, input) in sequence.controlInput.enumerated() {
            for control in input.control {
                spec.controls.append(try self.control(control, input: input.name, "sequence_batching.control_input[\(index)]"))
            }
        }
        for (index, state) in sequence.state.enumerated() {
            let field = "sequence_batching.state[\(index)]"
            guard let dataType = try dataType(state.dataType, "\(field).data_type") else { throw fault(field, "must have a data type") }
            var initial = SequenceSpec.State.Initial.zero
            if case .dataFile(let file)? = state.initialState.first?.data { initial = .file(file) }
            spec.states.append(
                SequenceSpec.State(
                    inputName: state.inputName, outputName: state.outputName, dataType: dataType,
                    dims: try dims(state.dims, "\(field).dims"), initial: initial))
        }
        return spec
    }

    private func control(
        _ control: ModelConfig.SequenceBatching.Control, input: String, _ field: String
    ) throws(MessageError) -> SequenceSpec.Control {
        let kind: SequenceSpec.ControlKind
        switch control.kind {
        case .start: kind = .start
        case .ready: kind = .ready
        case .end: kind = .end
        case .corrid:
            guard let dataType = try dataType(control.dataType, field) else {
                throw fault(field, "must state the data type of the correlation identifier")
            }
            return SequenceSpec.Control(inputName: input, kind: .correlationID, dataType: dataType)
        default: throw fault(field, "has an unknown kind")
        }
        if control.int32FalseTrue.count == 2 {
            return SequenceSpec.Control(inputName: input, kind: kind, dataType: .int32, falseTrue: control.int32FalseTrue.map(Double.init))
        }
        if control.fp32FalseTrue.count == 2 {
            return SequenceSpec.Control(inputName: input, kind: kind, dataType: .float32, falseTrue: control.fp32FalseTrue.map(Double.init))
        }
        if control.boolFalseTrue.count == 2 {
            return SequenceSpec.Control(
                inputName: input, kind: kind, dataType: .bool, falseTrue: control.boolFalseTrue.map { $0 ? 1 : 0 })
        }
        throw fault(field, "must have two values, for false and true")
    }

    /// Microseconds as nanoseconds, held at the largest number.
    private func nanos(_ micros: UInt64) -> Int64 {
        let (nanos, overflow) = Int64(clamping: micros).multipliedReportingOverflow(by: 1000)
        return overflow ? .max : nanos
    }
}

extension QueuePolicy {
    fileprivate init(_ policy: ModelConfig.QueuePolicy) {
        let (timeout, overflow) = Int64(clamping: policy.defaultTimeoutMicroseconds).multipliedReportingOverflow(by: 1000)
        self.init(
            timeoutAction: policy.timeoutAction == .delay ? .delay : .reject,
            defaultTimeoutNanos: policy.defaultTimeoutMicroseconds == 0 ? nil : overflow ? .max : timeout,
            allowsTimeoutOverride: policy.allowTimeoutOverride, maxQueueSize: policy.maxQueueSize == 0 ? nil : Int(policy.maxQueueSize))
    }
}
