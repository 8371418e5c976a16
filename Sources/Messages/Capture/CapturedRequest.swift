/// A request as a capture holds it: when it came, over what, and the message that asks the same again.
///
/// Whatever protocol a request came in, servers record it as the message of a KServe v2 ModelInfer: inference is one thing here, and
/// what replays a capture or looks at it needs to know one form only.
public struct CapturedRequest: Sendable, Hashable {
    /// How the request came. Part of the file's format.
    public enum Origin: UInt8, Sendable, Hashable, CaseIterable {
        case unknown = 0
        case kserve = 1
        case kserveStream = 2
        case kserveREST = 3
        case tensorFlow = 4
        case tensorFlowREST = 5
        case torchServe = 6
        case mlflow = 7
    }

    /// From the beginning of the capture to the request's arrival.
    public var nanos: UInt64
    /// The time that its caller allowed, in nanoseconds; nil when nothing was said.
    public var timeoutNanos: UInt64?
    public var origin: Origin
    /// The gRPC method that takes ``message``.
    public var path: String
    /// The model; empty when the method asks none.
    public var model: String
    /// Without gRPC's frame.
    public var message: [UInt8]

    /// The method that takes the form in which servers record inference.
    public static let inferPath = "/inference.GRPCInferenceService/ModelInfer"

    public init(
        nanos: UInt64, timeoutNanos: UInt64? = nil, origin: Origin = .unknown, path: String = Self.inferPath, model: String, message: [UInt8]
    ) {
        self.nanos = nanos
        self.timeoutNanos = timeoutNanos
        self.origin = origin
        self.path = path
        self.model = model
        self.message = message
    }
}
