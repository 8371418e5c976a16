internal import GRPC
internal import NIOPosix
internal import Serving
internal import Synchronization

/// Connections to one server; calls take turns on them.
final class ConnectionPool: Sendable {
    private let clients: [GRPCClient]
    private let turn = Atomic<Int>(0)

    /// - Parameter maxMessageBytes: of one answer. Beyond: RESOURCE_EXHAUSTED.
    init(_ target: ClientTarget, _ spec: RemoteSpec, maxMessageBytes: Int = 256 << 20) {
        var configuration = GRPCClient.Configuration()
        configuration.messages.maxReceivedBytes = maxMessageBytes
        configuration.userAgent = "martlet"
        configuration.connectTimeout = UInt64(min(spec.timeoutNanos, 10_000_000_000))
        if let tls = spec.tls {
            configuration.tls = ClientTLS(
                trustFile: tls.trustFile, serverName: tls.serverName, certificateFile: tls.certificateFile, keyFile: tls.keyFile)
        }
        for (name, value) in spec.metadata.sorted(by: { $0.key < $1.key }) { configuration.metadata.append(name.lowercased(), value) }
        clients = (0..<max(1, spec.connections)).map { _ in
            GRPCClient(target, on: MultiThreadedEventLoopGroup.singleton.next(), configuration)
        }
    }

    var next: GRPCClient {
        clients[Int(UInt(bitPattern: turn.wrappingAdd(1, ordering: .relaxed).oldValue) % UInt(clients.count))]
    }

    func close() {
        for client in clients { client.close() }
    }
}
