/// One kind of request of a run: where it goes, what it carries, and what must come back.
public struct RequestRecipe: Sendable {
    public enum Call: Sendable, Hashable {
        /// A gRPC message, which gets its frame when it is sent.
        case unary
        /// Plain HTTP/2: the body goes as it is; 2xx is success.
        case http(method: String)
        /// HTTP/1.1: the message is the body of a POST; 2xx is success.
        case rest(contentType: String, headerBytes: Int?)
    }

    /// What reports call it: a model's name, or a path.
    public var name: String
    public var call = Call.unary
    public var path: String
    public var message: [UInt8]
    public var check: any ReplyCheck
    /// Its share of all requests is this part of the sum of weights.
    public var weight = 1.0
    /// Told to the server, and kept by the client.
    public var timeoutNanos: UInt64?

    public init(name: String, path: String, message: [UInt8], check: any ReplyCheck) {
        self.name = name
        self.path = path
        self.message = message
        self.check = check
    }
}
