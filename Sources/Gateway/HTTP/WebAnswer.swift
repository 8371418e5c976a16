internal import Hummingbird
internal import JSON
internal import NIOCore

/// What a request on the HTTP port is answered with.
struct WebAnswer: Sendable {
    var status = 200
    var contentType = "application/json"
    /// Beside those that every answer has.
    var headers: [(name: String, value: String)] = []
    var pieces: [ByteBuffer] = []
    /// An answer in parts, each sent when it is there; it takes the place of `pieces`.
    var parts: AsyncStream<ByteBuffer>?

    init(status: Int = 200) { self.status = status }

    /// A JSON document.
    init(status: Int = 200, json: JSONWriter) {
        self.status = status
        pieces = [ByteBuffer(bytes: json.bytes)]
    }

    init(status: Int = 200, text: String, contentType: String = "text/plain; charset=utf-8") {
        self.status = status
        self.contentType = contentType
        pieces = [ByteBuffer(string: text)]
    }

    /// A JSON document that `body` writes.
    static func json(status: Int = 200, _ body: (inout JSONWriter) -> Void) -> WebAnswer {
        var writer = JSONWriter()
        body(&writer)
        return WebAnswer(status: status, json: writer)
    }

    var byteCount: Int { pieces.reduce(0) { $0 + $1.readableBytes } }
}
