internal import Tensors

/// One sequence: what its requests leave behind for each other, and those that wait for their turn.
///
/// Queue and flags are touched under the executor's lock. The state and the counts belong to the one request that is under way: that is what
/// `@unchecked Sendable` rests on.
final class RequestSequence: AnswerStage, @unchecked Sendable {
    let identifier: SequencePosition.Identifier
    var pending: [InferenceRequest] = []
    var isBusy = false
    var isEnded = false
    var lastActiveNanos: Int64

    private unowned let executor: SequenceExecutor
    private var states: [Tensor]
    private var ownInputs = 0
    private var ownOutputs = 0

    init(_ executor: SequenceExecutor, _ identifier: SequencePosition.Identifier) {
        self.executor = executor
        self.identifier = identifier
        states = executor.inputs.initialStates
        lastActiveNanos = executor.clock.nowNanos
    }

    /// Completes the request with what the model must know and lets it run.
    func begin(_ request: InferenceRequest) {
        guard let position = request.sequence else { return }
        if position.isStart {
            states = executor.inputs.initialStates
            isEnded = false
        }
        ownInputs = request.inputs.count
        ownOutputs = request.requestedOutputs.count
        do throws(ServingError) {
            try executor.inputs.complete(request, position, states: states)
            try executor.binding.bind(request)
        } catch {
            restore(request)
            executor.reject(request, error)
            return executor.advance(self, hasEnded: position.isEnd)
        }
        request.stages.append(self)
        executor.inner.submit(request)
    }

    func answered(_ request: InferenceRequest) -> AnswerStep {
        restore(request)
        if request.error == nil { takeStates(request) }
        let hasEnded = request.sequence?.isEnd ?? false
        return .goOnThen { [executor, self] in executor.advance(self, hasEnded: hasEnded) }
    }

    private func restore(_ request: InferenceRequest) {
        request.inputs.removeLast(max(0, request.inputs.count - ownInputs))
        request.requestedOutputs.removeLast(max(0, request.requestedOutputs.count - ownOutputs))
    }

    private func takeStates(_ request: InferenceRequest) {
        for (index, name) in executor.inputs.stateOutputs.enumerated() {
            guard let place = request.outputs.firstIndex(where: { $0.name == name }) else { continue }
            states[index] = request.outputs.remove(at: place).owned.tensor
        }
    }
}
