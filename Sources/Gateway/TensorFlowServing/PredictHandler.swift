internal import GRPC
internal import NIOPosix
internal import Serving
internal import Synchronization

/// Predict: reads the message, hands the request to the core, and writes the reply on whatever thread has the answer.
final class PredictHandler: ReplySink {
    private let core: ServingCore
    private let idle = Mutex<[PredictCall]>([])
    private let submitters = ThreadSpecificVariable<LoopSubmitter>()

    /// Calls kept for reuse. Beyond: they are freed.
    private static let maxIdle = 1024

    init(core: ServingCore) { self.core = core }

    /// On the event loop of the call.
    func handle(_ call: UnaryCall) {
        let predict = idle.withLock { $0.popLast() } ?? PredictCall()
        do throws(Status) {
            try predict.read(call.message, deadline: call.callDeadline)
        } catch {
            call.fail(error)
            recycle(predict)
            return
        }
        predict.request.read(call.metadata)
        predict.call = call
        predict.request.sink = self
        predict.request.context = predict
        let ticket = predict.currentTicket
        call.onCancel = { predict.cancel(ticket) }
        submitter().submit(predict.request, on: call.eventLoop)
    }

    /// This event loop's own.
    private func submitter() -> LoopSubmitter {
        if let submitter = submitters.currentValue { return submitter }
        let submitter = LoopSubmitter(core: core)
        submitters.currentValue = submitter
        return submitter
    }

    func finished(_ request: InferenceRequest) {
        guard let predict = request.context as? PredictCall else { return }
        predict.answer()
        recycle(predict)
    }

    private func recycle(_ predict: PredictCall) {
        predict.reset()
        idle.withLock { if $0.count < Self.maxIdle { $0.append(predict) } }
    }
}
