/// Something that has a word to say between a request's run and its sink: the response cache, a sequence, a shadow.
protocol AnswerStage: AnyObject, Sendable {
    /// The request has its outputs or its error. Called once, on the thread that has the answer.
    func answered(_ request: InferenceRequest) -> AnswerStep
}

/// What becomes of an answered request.
enum AnswerStep {
    case goOn
    /// The sink hears of the answer first; then the closure runs, on the same thread.
    case goOnThen(@Sendable () -> Void)
    /// The stage keeps the request, and sees to it that it is answered after all.
    case takenOver
}

extension InferenceRequest {
    /// Takes an answered request through its stages, the latest first, to its sink.
    func deliver() {
        var after: [@Sendable () -> Void] = []
        while let stage = stages.popLast() {
            switch stage.answered(self) {
            case .goOn: continue
            case .goOnThen(let body): after.append(body)
            case .takenOver: return
            }
        }
        // Once the sink has heard of it the request may be anybody's; and only then is this one answered, should somebody wait for that.
        let version = servedBy
        // Steps of an ensemble are part of a request that is looked at itself.
        if let version, run == nil { version.watch.look(self, version) }
        sink?.finished(self)
        version?.leave()
        for body in after { body() }
    }

    /// Answers with an error without having run.
    func fail(_ error: ServingError, nowNanos: Int64) {
        self.error = error
        outputs.removeAll(keepingCapacity: true)
        timing.finishedNanos = nowNanos
        deliver()
    }
}
