internal import NIOCore
internal import Serving

/// One event loop's way to the core. Requests that the loop reads in one turn go there together: tiny models run them side by side.
///
/// Used on its loop only: that is what `@unchecked Sendable` rests on.
final class LoopSubmitter: @unchecked Sendable {
    private let submitter: Submitter
    private var isFlushDue = false

    init(core: ServingCore) { submitter = core.makeSubmitter() }

    /// - Parameter eventLoop: the one that this is for; nil submits at once.
    func submit(_ request: InferenceRequest, on eventLoop: (any EventLoop)?) {
        guard let eventLoop else { return submitter.submit(request) }
        guard submitter.hold(request), !isFlushDue else { return }
        isFlushDue = true
        // After everything that the loop has read in this turn.
        eventLoop.execute { [self] in
            isFlushDue = false
            submitter.flush()
        }
    }
}
