internal import Synchronization
internal import Tensors

/// Sends copies of requests to a version whose answers nobody gets, and counts where they differ. Never touches the answer itself.
final class Shadow: Sendable {
    /// What came of the copies.
    struct Counts: Sendable, Hashable {
        var equal: UInt64 = 0
        var different: UInt64 = 0
        var failed: UInt64 = 0
        /// Not sent, because enough were under way.
        var skipped: UInt64 = 0
        var lastDifference = ""
    }

    /// Copies under way. Beyond: requests are not copied, for a shadow must cost its light little.
    static let maxInFlight = 64

    let spec: ShadowSpec
    private let version: ModelVersion
    private let counts = Mutex(Counts())
    private let inFlight = Atomic<Int>(0)
    private let next = Atomic<UInt64>(0)

    init(_ spec: ShadowSpec, version: ModelVersion) {
        self.spec = spec
        self.version = version
    }

    var current: Counts { counts.withLock { $0 } }

    func shows(_ other: ModelVersion) -> Bool { version === other }

    /// Takes note of a request that another version is about to answer, if it is its turn.
    func watch(_ request: InferenceRequest, servedBy primary: ModelVersion) {
        guard primary !== version, request.sequence == nil else { return }
        let point = Double((next.wrappingAdd(1, ordering: .relaxed).oldValue &* 0x9E37_79B9_7F4A_7C15) >> 11) * 0x1p-53
        if point < spec.share { request.stages.append(Watcher(self)) }
    }

    private final class Watcher: AnswerStage {
        private let shadow: Shadow
        init(_ shadow: Shadow) { self.shadow = shadow }

        func answered(_ request: InferenceRequest) -> AnswerStep {
            guard request.error == nil else { return .goOn }
            guard shadow.inFlight.wrappingAdd(1, ordering: .relaxed).newValue <= Shadow.maxInFlight else {
                shadow.inFlight.wrappingSubtract(1, ordering: .relaxed)
                shadow.counts.withLock { $0.skipped += 1 }
                return .goOn
            }
            let copy = InferenceRequest()
            copy.model = Name(request.model.string)
            copy.inputs = request.inputs.map(\.owned)
            copy.requestedOutputs = request.requestedOutputs.map { Name($0.string) }
            copy.timing.arrivedNanos = request.timing.finishedNanos
            copy.sink = Comparison(shadow, expected: request.outputs)
            return .goOnThen { [shadow] in shadow.send(copy) }
        }
    }

    private func send(_ copy: InferenceRequest) {
        guard version.gate.enter() else {
            inFlight.wrappingSubtract(1, ordering: .relaxed)
            return
        }
        copy.servedBy = version
        version.submit(copy)
    }

    private final class Comparison: ReplySink {
        private let shadow: Shadow
        private let expected: [OutputTensor]

        init(_ shadow: Shadow, expected: [OutputTensor]) {
            self.shadow = shadow
            self.expected = expected
        }

        func finished(_ request: InferenceRequest) {
            shadow.inFlight.wrappingSubtract(1, ordering: .relaxed)
            let difference = difference(request)
            shadow.counts.withLock { counts in
                if request.error != nil {
                    counts.failed += 1
                } else if difference == nil {
                    counts.equal += 1
                } else {
                    counts.different += 1
                }
                if let difference { counts.lastDifference = difference }
            }
        }

        private func difference(_ request: InferenceRequest) -> String? {
            if let error = request.error { return error.message }
            for output in expected {
                guard let other = request.outputs.first(where: { $0.name == output.name }) else { return "output '\(output.name)' is missing" }
                if let difference = TensorComparison.difference(other.tensor, output.tensor, tolerance: shadow.spec.tolerance) {
                    return "output '\(output.name)' \(difference)"
                }
            }
            return nil
        }
    }
}

extension InputTensor {
    /// The same input in memory of its own, for use after the request is gone.
    fileprivate var owned: InputTensor {
        guard case .bytes(let bytes) = contents else {
            return InputTensor(name: Name(name.string), dataType: dataType, dims: dims, contents: contents)
        }
        let copy = Tensor(dataType: dataType, shape: Shape(checking: dims.array) ?? Shape([0]))
        if let base = bytes.baseAddress { copy.mutableBytes.copyMemory(from: base, byteCount: min(bytes.count, copy.byteCount)) }
        return InputTensor(name: Name(name.string), copy)
    }
}
