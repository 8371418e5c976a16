internal import ArgumentParser
internal import GRPC
internal import LoadTesting

struct TargetOptions: ParsableArguments {
    @Option(help: "HOST:PORT, :PORT for loopback, or unix:PATH. A scenario may name it.") var target: String?
    @Flag(help: "Speak TLS, and trust the system's certificates.") var tls = false
    @Option(help: "Speak TLS, and trust the certificates in this file.") var tlsCa: String?
    @Option(help: "The name that the server's certificate must have, if not the target's.") var tlsName: String?
    @Option(help: "The certificate to show to the server.") var tlsCert: String?
    @Option(help: "Its private key.") var tlsKey: String?
    @Option(help: "Sent as 'authorization: Bearer TOKEN'; @FILE reads it from a file.") var token: String?
    @Option(help: "Sent with every request: NAME=VALUE. May be given again.") var metadata: [String] = []
    @Option(help: "Compress requests and accept compressed answers: gzip or deflate.") var compression: String?

    /// Where metrics are: in plain text, with the token.
    func metricsAddress(_ text: String) throws -> ServerAddress {
        guard let parsed = ClientTarget(text) else { throw LoadError("'\(text)' is no target: expected HOST:PORT or :PORT") }
        var address = ServerAddress(target: parsed)
        if let token { address.metadata.append("authorization", "Bearer \(try Self.word(token))") }
        return address
    }

    private static func word(_ token: String) throws -> String {
        token.hasPrefix("@") ? try TextFile.read(String(token.dropFirst())).trimmingWhitespace : token
    }

    func address(scenario: Scenario?) throws -> ServerAddress {
        guard let text = target ?? scenario?.target else { throw LoadError("no target: give --target HOST:PORT") }
        guard let parsed = ClientTarget(text) else { throw LoadError("'\(text)' is no target: expected HOST:PORT, :PORT or unix:PATH") }
        var address = ServerAddress(target: parsed)
        if tls || tlsCa != nil || tlsCert != nil {
            address.tls = ClientTLS(trustFile: tlsCa, serverName: tlsName, certificateFile: tlsCert, keyFile: tlsKey)
        }
        if let token { address.metadata.append("authorization", "Bearer \(try Self.word(token))") }
        for text in metadata {
            guard let equals = text.firstIndex(of: "=") else { throw LoadError("'\(text)' is not NAME=VALUE") }
            address.metadata.append(text[..<equals].lowercased(), String(text[text.index(after: equals)...]))
        }
        switch compression {
        case nil, "identity", "none": break
        case "gzip": address.coding = .gzip
        case "deflate": address.coding = .deflate
        case let other?: throw LoadError("compression '\(other)' is neither gzip nor deflate")
        }
        return address
    }
}

extension String {
    fileprivate var trimmingWhitespace: String {
        String(drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
    }
}
