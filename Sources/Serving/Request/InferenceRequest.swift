internal import Synchronization
public import Tensors

/// Which version of a model answers.
public enum VersionSelector: Sendable, Hashable {
    /// Whatever the model's routing says; usually the latest.
    case any
    case number(Int64)
    case label(String)
}

/// A parameter that came with a request.
public struct RequestParameter: Sendable, Hashable {
    public enum Value: Sendable, Hashable {
        case bool(Bool)
        case int(Int64)
        case uint(UInt64)
        case double(Double)
        case string(String)
    }

    public var name: String
    public var value: Value

    public init(name: String, value: Value) {
        self.name = name
        self.value = value
    }
}

/// Where a request stands in a sequence of requests that belong together.
public struct SequencePosition: Sendable, Hashable {
    public enum Identifier: Sendable, Hashable {
        case number(UInt64)
        case text(String)
    }

    public var identifier: Identifier
    public var isStart: Bool
    public var isEnd: Bool

    public init(identifier: Identifier, isStart: Bool = false, isEnd: Bool = false) {
        self.identifier = identifier
        self.isStart = isStart
        self.isEnd = isEnd
    }
}

/// Where answers go. One object for many requests: an event loop's inbox, say.
public protocol ReplySink: AnyObject, Sendable {
    /// Called exactly once for each submitted request, from any thread, possibly before `submit` returns.
    /// The answer is in ``InferenceRequest/outputs``, or ``InferenceRequest/error`` says why there is none. Must not block.
    func finished(_ request: InferenceRequest)
}

/// One question to one model, and in the end its answer. The only thing that protocol adapters and the serving core exchange.
///
/// The adapter fills it in, submits it, and gets it back through the sink; between the two it belongs to the core, and only
/// ``cancel()`` may be called. After the answer has been sent ``reset()`` makes it ready for the next question with all its memory kept,
/// so that a pool of requests allocates nothing in steady state. That hand-over is what `@unchecked Sendable` rests on.
public final class InferenceRequest: @unchecked Sendable {
    // What is asked.
    public var model = Name("")
    public var version = VersionSelector.any
    /// What the caller said of the version, where the adapter had to settle on one; nil when ``version`` is as the caller said.
    public var statedVersion: VersionSelector?
    /// How it came in.
    public var origin = RequestOrigin.unknown
    public var id = Name("")
    public var inputs: [InputTensor] = []
    /// Outputs to answer with, in this order; empty for all.
    public var requestedOutputs: [Name] = []
    /// On the core's clock; `Int64.max` for none.
    public var deadlineNanos = Int64.max
    /// 1 is the most urgent; 0 takes the model's default.
    public var priority = 0
    /// The time in the queue that the caller allows, where the model's policy lets it.
    public var queueTimeoutNanos: Int64?
    public var parameters: [RequestParameter] = []
    public var sequence: SequencePosition?
    /// What a sticky split between versions goes by.
    public var routingKey = Name("")
    /// What becomes of it when the model is decoupled.
    public var parts = AnswerParts.together
    /// The distributed trace that it belongs to, for logs.
    public var traceContext: TraceContext?
    /// Keeps the memory that views and borrowed names point into.
    public var owner: AnyObject?
    public var sink: (any ReplySink)?
    /// The adapter's own, such as the stream to answer on.
    public var context: AnyObject?

    // What is answered.
    public internal(set) var outputs: [OutputTensor] = []
    public internal(set) var error: ServingError?
    public internal(set) var timing = RequestTiming()
    /// The version that answered or would have; nil when none was found.
    public internal(set) var servedBy: ModelVersion?

    // The core's own.
    var bound = BoundInputs()
    var assembly: PartAssembly?
    var stream: PartStream?
    var turn: UInt64?
    /// Those who have a word to say before the sink hears of the answer; the latest speaks first.
    var stages: [any AnswerStage] = []
    /// The ensemble's run that this is a step of, which step, and which row of a mapped one; -1 for all rows.
    var run: EnsembleRun?
    var step = 0
    var row = -1
    /// Versions that the steps of an ensemble have been promised; nil for what is live.
    var pins: EnsemblePins?
    /// Where the steps of an ensemble note what they did, for callers who asked.
    public var trace: EnsembleTrace?
    private let flags = Atomic<UInt8>(0)

    public init() {}

    /// A request in one line, for callers that do not mind allocations.
    public convenience init(model: String, version: VersionSelector = .any, inputs: [(name: String, tensor: Tensor)], sink: any ReplySink) {
        self.init()
        self.model = Name(model)
        self.version = version
        self.inputs = inputs.map { InputTensor(name: Name($0.name), $0.tensor) }
        self.sink = sink
    }

    /// Nobody waits for the answer any more. It is dropped where it stands, unless it runs already; the sink is still called. Any thread.
    public func cancel() { flags.bitwiseOr(1, ordering: .relaxed) }

    public var isCancelled: Bool { flags.load(ordering: .relaxed) & 1 != 0 || run?.isAbandoned ?? false }

    /// Ready for the next question. Only for whoever got the request back.
    public func reset() {
        model = Name("")
        version = .any
        statedVersion = nil
        origin = .unknown
        id = Name("")
        inputs.removeAll(keepingCapacity: true)
        requestedOutputs.removeAll(keepingCapacity: true)
        deadlineNanos = .max
        priority = 0
        queueTimeoutNanos = nil
        parameters.removeAll(keepingCapacity: true)
        sequence = nil
        routingKey = Name("")
        parts = .together
        traceContext = nil
        owner = nil
        sink = nil
        context = nil
        outputs.removeAll(keepingCapacity: true)
        error = nil
        timing = RequestTiming()
        servedBy = nil
        bound.removeAll()
        assembly = nil
        stream = nil
        turn = nil
        stages.removeAll(keepingCapacity: true)
        run = nil
        step = 0
        row = -1
        pins = nil
        trace = nil
        flags.store(0, ordering: .relaxed)
    }
}
