public import NIOCore
internal import NIOSSL
internal import NIOTLS

/// Puts a `Connection` into a channel: bytes in and out, and nothing else.
///
/// Confined to the channel's event loop.
public final class ConnectionHandler: ChannelDuplexHandler, ConnectionOutput {
    public typealias InboundIn = ByteBuffer
    public typealias OutboundIn = ByteBuffer
    public typealias OutboundOut = ByteBuffer

    private let loop: LoopContext
    private let make: (ConnectionHandler, any Channel) throws -> Connection
    private var context: ChannelHandlerContext?
    /// The channel it is in; nil once it was taken out.
    public var channel: (any Channel)? { context?.channel }
    /// Nil until the channel is active, and after a failure to set the session up.
    public private(set) var connection: Connection?
    private var isOutputClosed = false

    /// `make` is called once the channel is active, with `self` as the connection's output.
    public init(loop: LoopContext, make: @escaping (ConnectionHandler, any Channel) throws -> Connection) {
        self.loop = loop
        self.make = make
    }

    public func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        if context.channel.isActive { start(context) }
    }

    public func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
    }

    public func channelActive(context: ChannelHandlerContext) {
        start(context)
        context.fireChannelActive()
    }

    private func start(_ context: ChannelHandlerContext) {
        guard connection == nil else { return }
        // Inside the turn, so that the connection's clocks begin at the present time.
        loop.turn {
            do {
                let connection = try make(self, context.channel)
                self.connection = connection
                connection.start()
            } catch {
                context.close(promise: nil)
            }
        }
    }

    public func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard let connection else { return }
        let bytes = unwrapInboundIn(data)
        // The flush waits for the end of the read, so that all its replies leave together.
        loop.turn(flush: false) {
            bytes.withUnsafeReadableBytes { connection.receive($0) }
        }
    }

    public func channelReadComplete(context: ChannelHandlerContext) {
        loop.turn {}
        context.fireChannelReadComplete()
    }

    public func channelWritabilityChanged(context: ChannelHandlerContext) {
        if let connection { loop.turn { connection.writabilityChanged() } }
        context.fireChannelWritabilityChanged()
    }

    public func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if let event = event as? TLSUserEvent, case .handshakeCompleted = event, let connection,
            let handler = try? context.pipeline.syncOperations.handler(type: NIOSSLHandler.self)
        {
            connection.peer.certificateName = handler.peerCertificate.flatMap { commonName(in: "\($0)") }
        }
        if let event = event as? ChannelEvent, event == .inputClosed, let connection {
            loop.turn { connection.inputEnded() }
        }
        context.fireUserInboundEventTriggered(event)
    }

    public func channelInactive(context: ChannelHandlerContext) {
        if let connection { loop.turn { connection.lost() } }
        context.fireChannelInactive()
    }

    public func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // A socket or TLS error: there is nobody to tell.
        if error is NIOSSLError || error is BoringSSLError { connection?.counters.count(.tlsFailures) }
        context.close(promise: nil)
    }

    /// NIOSSL tells a certificate's common name in its description only.
    private func commonName(in description: String) -> String? {
        guard let start = description.firstRange(of: ";common_name=")?.upperBound else { return nil }
        let rest = description[start...]
        return String(rest[..<(rest.firstRange(of: ";alternative_names=")?.lowerBound ?? rest.index(before: rest.endIndex))])
    }

    // ConnectionOutput

    public func write(_ buffer: ByteBuffer) {
        context?.write(wrapOutboundOut(buffer), promise: nil)
    }

    public func flush() {
        context?.flush()
    }

    public var isWritable: Bool { context?.channel.isWritable ?? false }

    public func setReading(_ isReading: Bool) {
        guard let channel = context?.channel else { return }
        _ = try? channel.syncOptions?.setOption(.autoRead, value: isReading)
        if isReading { context?.read() }
    }

    public func closeOutput() {
        context?.close(mode: .output, promise: nil)
    }

    public func close() {
        context?.close(promise: nil)
    }
}
