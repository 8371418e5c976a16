package import NIOSSL

/// How a client proves who it talks to, and who it is.
public struct ClientTLS: Sendable {
    /// Certificates to trust in place of the system's; nil for the system's.
    public var trustFile: String?
    /// The name the server's certificate must have, if not that of the target.
    public var serverName: String?
    /// For servers that ask for a client certificate.
    public var certificateFile: String?
    public var keyFile: String?

    public init(trustFile: String? = nil, serverName: String? = nil, certificateFile: String? = nil, keyFile: String? = nil) {
        self.trustFile = trustFile
        self.serverName = serverName
        self.certificateFile = certificateFile
        self.keyFile = keyFile
    }

    /// - Parameter protocols: what is offered to speak over TLS.
    package func context(protocols: [String] = ["h2"]) throws -> NIOSSLContext {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        configuration.applicationProtocols = protocols
        if let trustFile { configuration.trustRoots = .certificates(try NIOSSLCertificate.fromPEMFile(trustFile)) }
        if let certificateFile, let keyFile {
            configuration.certificateChain = try NIOSSLCertificate.fromPEMFile(certificateFile).map { .certificate($0) }
            configuration.privateKey = .privateKey(try NIOSSLPrivateKey(file: keyFile, format: .pem))
        }
        return try NIOSSLContext(configuration: configuration)
    }

    /// What goes first into the pipeline of a channel to `target`.
    package static func handler(_ context: NIOSSLContext, for target: ClientTarget, name: String?) throws -> NIOSSLClientHandler {
        var name = name
        if name == nil, case .tcp(let host, _) = target { name = host }
        do {
            return try NIOSSLClientHandler(context: context, serverHostname: name)
        } catch let error as NIOSSLExtraError where error == .cannotUseIPAddressInSNI {
            return try NIOSSLClientHandler(context: context, serverHostname: nil)
        }
    }
}
