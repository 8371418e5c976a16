internal import HTTP2
internal import HummingbirdCore
internal import Logging
internal import NIOCore

/// An HTTP/1.1 connection under TLS. The library's own keeps the certificate that it began with; this asks for the present one.
struct SecureChannel<Base: ServerChildChannel>: ServerChildChannel {
    let base: Base
    let identity: TLSIdentity

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Base.Value> {
        channel.eventLoop.makeCompletedFuture { try identity.protect(channel, for: .web) }
            .flatMap { base.setup(channel: channel, logger: logger) }
    }

    func handle(value: Base.Value, logger: Logger) async {
        await base.handle(value: value, logger: logger)
    }
}
