internal import Serving
internal import Synchronization

/// Asks the core on behalf of somebody who waits for the answer.
final class Asking: ReplySink {
    private let waiting = Mutex<CheckedContinuation<Void, Never>?>(nil)

    private init() {}

    /// Submits a request, and returns once it has its outputs or its error, which is thrown. When the waiting task is cancelled, so is
    /// the request.
    static func ask(_ request: InferenceRequest, _ core: ServingCore) async throws(ServingError) {
        let asking = Asking()
        request.sink = asking
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                asking.waiting.withLock { $0 = continuation }
                core.submit(request)
            }
        } onCancel: {
            request.cancel()
        }
        request.sink = nil
        if let error = request.error { throw error }
    }

    func finished(_ request: InferenceRequest) {
        waiting.withLock { $0.take() }?.resume()
    }
}
