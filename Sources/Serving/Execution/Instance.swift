internal import Batching
internal import Glibc
internal import Tensors

/// The state of one lane's runs of a version: the runner and the buffers that requests are gathered into. One run at a time.
///
/// Whoever took it from the version's queue owns it until it is put back under the queue's lock: that is what `@unchecked Sendable` rests on.
final class Instance: @unchecked Sendable {
    let runner: any ModelRunner
    /// The runner once more, when it waits for others.
    private let outside: (any OutsideRunner)?
    private let signature: ModelSignature
    private var buffers: [InputBuffer]
    private var inputs: [Tensor?]
    private(set) var outputs: [Tensor?]
    private var wanted: [Bool]
    var batch = Batch<QueuedRequest>()

    init(runner: any ModelRunner, signature: ModelSignature) {
        self.runner = runner
        outside = runner as? any OutsideRunner
        self.signature = signature
        buffers = signature.inputs.map { InputBuffer(dataType: $0.dataType) }
        inputs = Array(repeating: nil, count: signature.inputs.count)
        outputs = Array(repeating: nil, count: signature.outputs.count)
        wanted = Array(repeating: false, count: signature.outputs.count)
    }

    /// Copies the rows of `items` into the input buffers, one after the other: the only copy on the way in.
    func gather(_ items: ArraySlice<BatchItem<QueuedRequest>>, rows: Int, hasRows: Bool, reshapes: [Reshape?] = []) {
        guard let first = items.first else { return }
        for input in signature.inputs.indices {
            let place = first.task.request.bound.places[input]
            guard place >= 0 else {
                inputs[input] = nil
                continue
            }
            var dims = first.task.request.inputs[place].dims
            if hasRows { dims[0] = rows }
            if !reshapes.isEmpty, let reshape = reshapes[input] { dims = reshape.apply(dims) }
            inputs[input] = buffers[input].fill(dims: dims, parts: items, input: input)
        }
        let asksForAll = items.contains { $0.task.request.bound.outputs.isEmpty }
        for output in wanted.indices {
            wanted[output] = asksForAll || items.contains { $0.task.request.bound.outputs.contains(output) }
        }
    }

    /// Runs what was gathered of `items`.
    func run(_ items: ArraySlice<BatchItem<QueuedRequest>>) throws(ServingError) {
        for index in outputs.indices { outputs[index] = nil }
        if let outside {
            try outside.run(inputs: inputs, wanted: wanted, outputs: &outputs, for: Callers(items.map(\.task.request)))
        } else {
            try runner.run(inputs: inputs, wanted: wanted, outputs: &outputs)
        }
        for index in buffers.indices { buffers[index].forgetIfShared(with: outputs) }
    }

    /// Lets go of the answers; those that were handed out live on.
    func releaseOutputs() {
        for index in outputs.indices { outputs[index] = nil }
    }

    /// Runs tensors that are no request's, such as those of a warm-up. In the order of the signature.
    func run(_ tensors: [Tensor?]) throws(ServingError) -> [Tensor?] {
        var results = [Tensor?](repeating: nil, count: signature.outputs.count)
        try runner.run(inputs: tensors, wanted: Array(repeating: true, count: results.count), outputs: &results)
        return results
    }
}
