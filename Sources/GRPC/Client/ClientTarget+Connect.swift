package import NIOCore
package import NIOPosix
package import NIOSSL

extension ClientTarget {
    /// Connects, under TLS where `tls` gives a context, with the handlers that `add` puts into the pipeline.
    ///
    /// - Parameter bootstrap: event loop, patience and options of the socket.
    package func connect(
        _ bootstrap: ClientBootstrap, tls: @autoclosure @escaping @Sendable () throws -> NIOSSLContext?, name: String?,
        _ add: @escaping @Sendable (any Channel) throws -> Void
    ) -> EventLoopFuture<any Channel> {
        let bootstrap = bootstrap.channelInitializer { channel in
            channel.eventLoop.makeCompletedFuture {
                if let tls = try tls() {
                    try channel.pipeline.syncOperations.addHandler(try ClientTLS.handler(tls, for: self, name: name))
                }
                try add(channel)
            }
        }
        return switch self {
        case .tcp(let host, let port): bootstrap.connect(host: host, port: port)
        case .unix(let path): bootstrap.connect(unixDomainSocketPath: path)
        }
    }
}
