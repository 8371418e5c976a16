internal import GRPC
internal import NIOCore
internal import NIOPosix
internal import Serving
internal import Synchronization

/// Reads the messages of one method, hands the requests to the core, and has the replies written on whatever thread has the answer.
final class CallHandler<Call: PooledCall>: ReplySink {
    private let core: ServingCore
    private let make: @Sendable () -> Call
    private let idle = Mutex<[Call]>([])
    private let submitters = ThreadSpecificVariable<LoopSubmitter>()

    /// Calls kept for reuse. Beyond: they are freed.
    private static var maxIdle: Int { 1024 }

    init(core: ServingCore, _ make: @escaping @Sendable () -> Call) {
        self.core = core
        self.make = make
    }

    /// One that is free.
    func take() -> Call { idle.withLock { $0.popLast() } ?? make() }

    /// On the event loop of the call.
    func handle(_ unary: UnaryCall) {
        let call = take()
        do throws(Status) {
            try call.read(unary.message, deadline: unary.callDeadline, metadata: unary.metadata)
        } catch {
            unary.fail(error)
            recycle(call)
            return
        }
        call.request.read(unary.metadata)
        call.call = unary
        let number = call.ticket.current
        unary.onCancel = { call.cancel(number) }
        submit(call, on: unary.eventLoop)
    }

    /// Hands a request to the core, from the event loop that read it.
    func submit(_ call: Call, on eventLoop: (any EventLoop)?) {
        call.request.sink = self
        call.request.context = call
        submitter().submit(call.request, on: eventLoop)
    }

    /// This event loop's own.
    private func submitter() -> LoopSubmitter {
        if let submitter = submitters.currentValue { return submitter }
        let submitter = LoopSubmitter(core: core)
        submitters.currentValue = submitter
        return submitter
    }

    func finished(_ request: InferenceRequest) {
        guard let call = request.context as? Call, !call.handOver() else { return }
        call.answer()
        recycle(call)
    }

    func recycle(_ call: Call) {
        call.reset()
        idle.withLock { if $0.count < Self.maxIdle { $0.append(call) } }
    }
}
