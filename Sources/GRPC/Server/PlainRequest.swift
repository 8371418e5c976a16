public import NIOCore

/// A plain HTTP request to the gRPC port, such as a liveness probe.
public struct PlainRequest: Sendable {
    public var method: String
    public var path: String
}

/// The answer to a plain HTTP request.
public struct PlainResponse: Sendable {
    public var status: Int
    public var contentType: String
    public var body: ByteBuffer

    public init(status: Int = 200, contentType: String = "application/json", body: ByteBuffer) {
        self.status = status
        self.contentType = contentType
        self.body = body
    }
}
