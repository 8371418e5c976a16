internal import GRPC
internal import HTTP2
internal import NIOCore

/// A recipe as one event loop uses it: headers and body laid out once, and the last good answer. Confined to that loop.
package final class LoopRecipe {
    package let index: Int
    let recipe: RequestRecipe
    let headers: HeaderSource
    /// The body with its frame.
    let body: ByteBuffer
    let isGRPC: Bool
    let timeoutNanos: UInt64?
    private var good: [UInt8] = []

    init(_ recipe: RequestRecipe, index: Int, server: ServerAddress) {
        self.index = index
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
        }
        server.metadata.forEach { list.append($0, $1) }
        headers = .fixed(HeaderTemplate(list))
        self.body = body
    }

    /// What is wrong with the message of an answer, or nil. An answer like the last good one is not looked at again.
    func fault(in message: UnsafeRawBufferPointer) -> String? {
        if message.count == good.count, good.withUnsafeBytes({ same($0, message) }), !good.isEmpty { return nil }
        if let fault = recipe.check.fault(in: message) { return fault }
        good = Array(message)
        return nil
    }

    @inline(__always)
    private func same(_ a: UnsafeRawBufferPointer, _ b: UnsafeRawBufferPointer) -> Bool {
        guard let left = a.baseAddress, let right = b.baseAddress else { return a.count == b.count }
        return Memory.equal(left, right, a.count)
    }
}
