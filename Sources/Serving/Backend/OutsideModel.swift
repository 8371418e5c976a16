public import Tensors

/// A model that runs elsewhere: in another process, or behind another server. Its runs wait instead of computing, so that they have threads
/// of their own and never hold a lane that others need.
public protocol OutsideModel: LoadedModel {
    /// Runs that may be under way at once: threads of their own, 1 or more.
    var lanes: Int { get }
    /// Why nothing can be answered now; nil while all is well. Any thread; quick.
    var unavailability: String? { get }

    /// Ends what is under way and lets go of what is outside. Called once, on a loading thread or when the server stops; runs that are
    /// under way then end at once with UNAVAILABLE.
    func close()
}

/// A runner that waits for others: it is told whom it runs for.
public protocol OutsideRunner: ModelRunner {
    /// As ``ModelRunner/run(inputs:wanted:outputs:)``, for as long as somebody waits.
    func run(inputs: [Tensor?], wanted: [Bool], outputs: inout [Tensor?], for callers: Callers) throws(ServingError)
}

extension OutsideRunner {
    public func run(inputs: [Tensor?], wanted: [Bool], outputs: inout [Tensor?]) throws(ServingError) {
        try run(inputs: inputs, wanted: wanted, outputs: &outputs, for: Callers())
    }
}

/// Those whom a run is for: the requests of one batch, which have the same parameters.
public struct Callers {
    private let requests: [InferenceRequest]

    init(_ requests: [InferenceRequest] = []) { self.requests = requests }

    /// When the last of them stops waiting, on the core's clock; `Int64.max` for never.
    public var deadlineNanos: Int64 { requests.map(\.deadlineNanos).max() ?? .max }
    /// Nobody waits any more.
    public var areGone: Bool { !requests.isEmpty && requests.allSatisfy(\.isCancelled) }
    public var parameters: [RequestParameter] { requests.first?.parameters ?? [] }
    /// The name that the first of them goes by; empty for none.
    public var id: String { requests.first.map { "\($0.id)" } ?? "" }
    public var priority: Int { requests.first?.priority ?? 0 }

    /// What the callers' protocol brought beside the request, by lower-case name; the first of them answers.
    public func metadata(_ name: String) -> [String] {
        var request = requests.first
        // A step asks for the one who asked for the ensemble.
        while let outer = request?.run?.request { request = outer }
        return (request?.context as? any MetadataSource)?.metadata(name) ?? []
    }
}

/// What protocol adapters hang on ``InferenceRequest/context`` when the call that brought a request has metadata.
public protocol MetadataSource: AnyObject {
    /// Every value of a field of text by its lower-case name. Any thread while the request is under way.
    func metadata(_ name: String) -> [String]
}
