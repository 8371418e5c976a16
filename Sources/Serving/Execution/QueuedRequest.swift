internal import Batching

/// A request as the batch queue sees it.
struct QueuedRequest: BatchTask {
    let request: InferenceRequest
    let binding: Binding

    var isCancelled: Bool { request.isCancelled || request.assembly?.hasFailed ?? request.stream?.hasFailed ?? false }

    func canShare(with other: QueuedRequest) -> Bool { binding.canShare(request, other.request) }
}
