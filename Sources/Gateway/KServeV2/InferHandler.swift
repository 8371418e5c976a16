internal import GRPC
internal import NIOCore
internal import NIOPosix
internal import Serving
internal import Synchronization

/// ModelInfer and ModelStreamInfer: reads the message, hands the request to the core, and writes the reply on whatever thread has the answer.
final class InferHandler: ReplySink {
    private let core: ServingCore
    private let extensions: KServeExtensions
    private let idle = Mutex<[InferCall]>([])
    private let submitters = ThreadSpecificVariable<LoopSubmitter>()

    /// Calls kept for reuse. Beyond: they are freed.
    private static let maxIdle = 1024

    init(core: ServingCore, extensions: KServeExtensions) {
        self.core = core
        self.extensions = extensions
    }

    /// One that is free.
    func take() -> InferCall { idle.withLock { $0.popLast() } ?? InferCall(extensions) }

    /// On the event loop of the call.
    func handle(_ call: UnaryCall) {
        let infer = take()
        do throws(Status) {
            try infer.read(call.message, deadline: call.callDeadline)
        } catch {
            call.fail(error)
            recycle(infer)
            return
        }
        infer.request.read(call.metadata)
        infer.call = call
        let ticket = infer.currentTicket
        call.onCancel = { infer.cancel(ticket) }
        submit(infer, on: call.eventLoop)
    }

    /// A stream of inferences. On the event loop of the call.
    func handle(stream call: StreamingCall) {
        InferStream(call, self).begin()
    }

    /// Hands a request to the core, from the event loop that read it.
    func submit(_ infer: InferCall, on eventLoop: (any EventLoop)?) {
        infer.request.sink = self
        infer.request.context = infer
        submitter().submit(infer.request, on: eventLoop)
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
        if let stream = infer.stream {
            stream.finished(infer)
            return
        }
        infer.answer()
        recycle(infer)
    }

    func recycle(_ infer: InferCall) {
        infer.reset()
        idle.withLock { if $0.count < Self.maxIdle { $0.append(infer) } }
    }
}
