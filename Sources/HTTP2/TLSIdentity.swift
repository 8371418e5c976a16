internal import Glibc
public import NIOCore
internal import NIOSSL
internal import Synchronization

/// A server's certificate and key, read from files and read again when they change.
///
/// Connections that are open keep what they began with. Safe from any thread.
public final class TLSIdentity: Sendable {
    public let certificateFile: String
    public let keyFile: String
    public let clientCAFile: String?
    private let state: Mutex<State>

    /// What is spoken over the connection.
    public enum Use: Sendable {
        /// HTTP/2 alone.
        case grpc
        /// HTTP/1.1 alone.
        case web
    }

    private struct Contexts {
        var grpc: NIOSSLContext
        var web: NIOSSLContext
    }

    private struct State {
        var contexts: Contexts
        var stamp: [FileStamp]
    }

    /// Reads the files. With `clientCAFile`, clients must present a certificate that it signed.
    public init(certificateFile: String, keyFile: String, clientCAFile: String? = nil) throws {
        self.certificateFile = certificateFile
        self.keyFile = keyFile
        self.clientCAFile = clientCAFile
        let stamp = [certificateFile, keyFile, clientCAFile].map { FileStamp(path: $0 ?? "") }
        let contexts = try TLSIdentity.load(certificateFile, keyFile, clientCAFile)
        state = Mutex(State(contexts: contexts, stamp: stamp))
    }

    /// Puts a connection that has just come under TLS, with the certificate of now. On the channel's event loop.
    public func protect(_ channel: any Channel, for use: Use) throws {
        let contexts = state.withLock { $0.contexts }
        let handler = NIOSSLServerHandler(context: use == .grpc ? contexts.grpc : contexts.web)
        try channel.pipeline.syncOperations.addHandler(handler)
    }

    /// Reads the files again if any has changed; true if it has. Throws when they cannot be used, and keeps the old ones: once
    /// for each change, so that a caller may ask often.
    public func reloadIfChanged() throws -> Bool {
        let stamp = [certificateFile, keyFile, clientCAFile].map { FileStamp(path: $0 ?? "") }
        let isNew = state.withLock { state in
            defer { state.stamp = stamp }
            return state.stamp != stamp
        }
        guard isNew else { return false }
        let contexts = try TLSIdentity.load(certificateFile, keyFile, clientCAFile)
        state.withLock { $0.contexts = contexts }
        return true
    }

    private static func load(_ certificateFile: String, _ keyFile: String, _ clientCAFile: String?) throws -> Contexts {
        let chain = try NIOSSLCertificate.fromPEMFile(certificateFile).map { NIOSSLCertificateSource.certificate($0) }
        let key = try NIOSSLPrivateKey(file: keyFile, format: .pem)
        var configuration = TLSConfiguration.makeServerConfiguration(certificateChain: chain, privateKey: .privateKey(key))
        configuration.minimumTLSVersion = .tlsv12
        if let clientCAFile {
            configuration.trustRoots = .certificates(try NIOSSLCertificate.fromPEMFile(clientCAFile))
            configuration.certificateVerification = .noHostnameVerification
        }
        configuration.applicationProtocols = ["h2"]
        let grpc = try NIOSSLContext(configuration: configuration)
        configuration.applicationProtocols = ["http/1.1"]
        return Contexts(grpc: grpc, web: try NIOSSLContext(configuration: configuration))
    }
}

/// What tells a changed file from the one that was read: size, inode and the time of the last change.
package struct FileStamp: Equatable, Sendable {
    private var size: Int64 = -1
    private var inode: UInt64 = 0
    private var seconds = 0
    private var nanoseconds = 0

    package init(path: String) {
        guard !path.isEmpty else { return }
        var info = stat()
        guard stat(path, &info) == 0 else { return }
        size = Int64(info.st_size)
        inode = UInt64(info.st_ino)
        seconds = Int(info.st_mtim.tv_sec)
        nanoseconds = Int(info.st_mtim.tv_nsec)
    }
}
