internal import GRPC
internal import Serving
internal import Synchronization

/// ModelInfer: reads the message, hands the request to the core, and writes the reply on whatever thread has the answer.
final class InferHandler: ReplySink {
    private let core: ServingCore
    private let idle = Mutex<[InferCall]>([])

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
        core.submit(request)
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
