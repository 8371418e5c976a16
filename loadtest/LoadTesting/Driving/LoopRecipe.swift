internal import GRPC
internal import HTTP2
internal import NIOCore
internal import NIOHTTP1

/// A recipe as one event loop uses it: headers and body laid out once, and the last good answer. Confined to that loop.
package final class LoopRecipe {
    package let index: Int
    /// What its results are counted with.
    let group: Int
    let recipe: RequestRecipe
    let headers: HeaderSource
    /// The body with its frame.
    let body: ByteBuffer
    let isGRPC: Bool
    /// The head of a request of HTTP/1.1.
    private(set) var rest: HTTPRequestHead?
    let timeoutNanos: UInt64?
    private var good: [UInt8] = []

    init(_ recipe: RequestRecipe, index: Int, group: Int, server: ServerAddress) {
        self.index = index
        self.group = group
        self.recipe = recipe
        timeoutNanos = recipe.timeoutNanos
        isGRPC = recipe.call == .unary
        var list = HeaderList()
        var body = ByteBuffer()
        switch recipe.call {
        case .unary:
            list.append(":method", "POST")
            list.append(":scheme", server.tls == nil ? "http" : "https")
            list.append(":path", recipe.path)
            list.append(":authority", server.target.authority)
            list.append("te", "trailers")
            list.append("content-type", "application/grpc")
            list.append("user-agent", "martlet-loadtest/1")
            if server.coding != .identity {
                list.append("grpc-encoding", server.coding.name)
                list.append("grpc-accept-encoding", "identity, deflate, gzip")
            }
            if let timeout = recipe.timeoutNanos { list.append("grpc-timeout", Timeout.format(timeout)) }
            let message = ByteBuffer(bytes: recipe.message)
            let small = server.coding == .identity ? message : MessageCompression.deflate(message, server.coding)
            body.writeInteger(UInt8(server.coding == .identity ? 0 : 1))
            body.writeInteger(UInt32(small.readableBytes))
            body.writeImmutableBuffer(small)
        case .http(let method):
            list.append(":method", method)
            list.append(":scheme", server.tls == nil ? "http" : "https")
            list.append(":path", recipe.path)
            list.append(":authority", server.target.authority)
            list.append("user-agent", "martlet-loadtest/1")
            body.writeBytes(recipe.message)
        case .rest(let contentType, let headerBytes):
            body = ByteBuffer(bytes: recipe.message)
            var head = HTTPRequestHead(version: .http1_1, method: .POST, uri: recipe.path)
            head.headers.add(name: "host", value: server.target.authority)
            head.headers.add(name: "user-agent", value: "martlet-loadtest/1")
            head.headers.add(name: "content-type", value: contentType)
            if let headerBytes { head.headers.add(name: "inference-header-content-length", value: String(headerBytes)) }
            if server.coding != .identity {
                body = MessageCompression.deflate(body, server.coding)
                head.headers.add(name: "content-encoding", value: "\(server.coding.name)")
                head.headers.add(name: "accept-encoding", value: "\(server.coding.name)")
            }
            head.headers.add(name: "content-length", value: String(body.readableBytes))
            for (name, value) in server.headerFields { head.headers.add(name: name, value: value) }
            rest = head
        }
        server.metadata.forEach { list.append($0, $1) }
        headers = .fixed(HeaderTemplate(list))
        self.body = body
    }

    /// What is wrong with the message of an answer, or nil. An answer like the last good one is not looked at again.
    ///
    /// - Parameter headerBytes: how many of them are the JSON of a REST answer that has binary tensors behind it.
    func fault(in message: UnsafeRawBufferPointer, headerBytes: Int? = nil) -> String? {
        if message.count == good.count, good.withUnsafeBytes({ same($0, message) }), !good.isEmpty { return nil }
        if let fault = recipe.check.fault(in: message, headerBytes: headerBytes) { return fault }
        good = Array(message)
        return nil
    }

    @inline(__always)
    private func same(_ a: UnsafeRawBufferPointer, _ b: UnsafeRawBufferPointer) -> Bool {
        guard let left = a.baseAddress, let right = b.baseAddress else { return a.count == b.count }
        return Memory.equal(left, right, a.count)
    }
}
