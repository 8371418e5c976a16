internal import GRPC
internal import NIOPosix
internal import Serving
internal import Synchronization

/// ModelInfer: reads the message, hands the request to the core, and writes the reply on whatever thread has the answer.
final class InferHandler: ReplySink {
    private let core: ServingCore
    private let idle = Mutex<[InferCall]>([])
    private let submitters = ThreadSpecificVariable<LoopSubmitter>()

    /// Calls kept for reuse. Beyond: they are freed.
    private static let maxIdle = 1024

    init(core: ServingCore) { self.core = core }

    /// On the event loop of the call.
    func handle(_ call: UnaryCall) {
        let infer = idle.withLock { $0.popLast() } ?? InferCall()
        do throws(Status) {
            try infer.read(call)
        } catch {
            call.fail(error)
            recycle(infer)
            return
        }
        infer.call = call
        infer.request.sink = self
        infer.request.context = infer
        let request = infer.request
        let ticket = infer.currentTicket
        call.onCancel = { infer.cancel(ticket) }
        submitter().submit(request, on: call.eventLoop)
    }

    /// This event loop's own.
    private func submitter() -> LoopSubmitter {
        if let submitter = submitters.currentValue { return submitter }
        let submitter = LoopSubmitter(core: core)
        submitters.currentValue = submitter
        return submitter
    }

    func finished(_ request: InferenceRequest) {
        guard let infer = request.context as? InferCall else { return }
        infer.answer()
        recycle(infer)
    }

    private func recycle(_ infer: InferCall) {
        infer.reset()
        idle.withLock { if $0.count < Self.maxIdle { $0.append(infer) } }
    }
}
