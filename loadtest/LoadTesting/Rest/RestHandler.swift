internal import HTTP2
internal import NIOCore
internal import NIOHTTP1

/// The end of a connection's pipeline: hands what came to its lane, in a turn of the loop.
final class RestHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    private weak var lane: RestConnection?
    private let loop: LoopContext
    private var context: ChannelHandlerContext?
    private var isKeptAlive = true
    private var reason = "the server closed the connection"

    init(lane: RestConnection, loop: LoopContext) {
        self.lane = lane
        self.loop = loop
    }

    var isOpen: Bool { context?.channel.isActive ?? false }

    func send(_ head: HTTPRequestHead, _ body: ByteBuffer) {
        guard let context else { return }
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        if body.readableBytes > 0 { context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil) }
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }

    func close() { context?.close(promise: nil) }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }
    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let part = unwrapInboundIn(data)
        loop.turn {
            switch part {
            case .head(let head):
                isKeptAlive = head.isKeepAlive
                lane?.received(head, on: self)
            case .body(let bytes): lane?.received(bytes, on: self)
            case .end: lane?.receivedEnd(keepAlive: isKeptAlive, on: self)
            }
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        reason = "\(error)"
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        loop.turn { lane?.closed(reason, on: self) }
        context.fireChannelInactive()
    }
}
