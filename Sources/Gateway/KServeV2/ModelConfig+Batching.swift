internal import Batching
internal import Messages
internal import Serving
internal import Tensors

extension ModelConfig.DynamicBatching {
    /// How requests gather, in Triton's terms.
    init(_ spec: BatchingSpec) {
        self.init()
        preferredBatchSize = spec.preferredRows.map { Int32(clamping: $0) }
        maxQueueDelayMicroseconds = UInt64(max(0, spec.maxQueueDelayNanos)) / 1000
        preserveOrdering = spec.preservesOrder
        priorityLevels = UInt64(max(0, spec.priorityLevels))
        defaultPriorityLevel = UInt64(max(0, spec.defaultPriority))
        if spec.defaultQueuePolicy != Batching.QueuePolicy() { defaultQueuePolicy = ModelConfig.QueuePolicy(spec.defaultQueuePolicy) }
        for (level, policy) in spec.queuePolicies { priorityQueuePolicy[UInt64(max(0, level))] = ModelConfig.QueuePolicy(policy) }
    }
}

extension ModelConfig.QueuePolicy {
    fileprivate init(_ policy: Batching.QueuePolicy) {
        self.init()
        timeoutAction = policy.timeoutAction == .delay ? .delay : .reject
        defaultTimeoutMicroseconds = UInt64(max(0, policy.defaultTimeoutNanos ?? 0)) / 1000
        allowTimeoutOverride = policy.allowsTimeoutOverride
        maxQueueSize = UInt32(clamping: policy.maxQueueSize ?? 0)
    }
}

extension ModelConfig.SequenceBatching {
    /// How sequences are kept together, in Triton's terms.
    init(_ spec: SequenceSpec) {
        self.init()
        maxSequenceIdleMicroseconds = UInt64(max(0, spec.maxIdleNanos)) / 1000
        switch spec.strategy {
        case .direct(let utilization, let delay):
            strategy = .direct(StrategyDirect(maxQueueDelayMicroseconds: UInt64(max(0, delay)) / 1000, minimumSlotUtilization: Float(utilization)))
        case .oldest(let candidates, let preferred, let delay, let ordered):
            var oldest = StrategyOldest()
            oldest.maxCandidateSequences = Int32(clamping: candidates)
            oldest.preferredBatchSize = preferred.map { Int32(clamping: $0) }
            oldest.maxQueueDelayMicroseconds = UInt64(max(0, delay)) / 1000
            oldest.preserveOrdering = ordered
            strategy = .oldest(oldest)
        }
        controlInput = spec.controls.map { control in
            var said = Control(kind: .start)
            switch control.kind {
            case .start: said.kind = .start
            case .end: said.kind = .end
            case .ready: said.kind = .ready
            case .correlationID:
                said.kind = .corrid
                said.dataType = .init(control.dataType)
            }
            if control.kind != .correlationID {
                switch control.dataType {
                case .int32: said.int32FalseTrue = control.falseTrue.map { Int32(exactly: $0) ?? 0 }
                case .bool: said.boolFalseTrue = control.falseTrue.map { $0 != 0 }
                default: said.fp32FalseTrue = control.falseTrue.map(Float.init)
                }
            }
            return ControlInput(name: control.inputName, control: [said])
        }
        state = spec.states.map { state in
            var said = State()
            said.inputName = state.inputName
            said.outputName = state.outputName
            said.dataType = .init(state.dataType)
            said.dims = state.dims.map(Int64.init)
            return said
        }
    }
}
