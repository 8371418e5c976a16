internal import YAML

extension RemoteSpec {
    init(_ map: inout YamlMap) throws(YamlError) {
        guard let target = try map.string("target") else {
            throw YamlError("\(map.file):\(map.line): '\(map.place)' needs a 'target'")
        }
        self.init(target: target)
        model = try map.string("model")
        version = try map.int("version", in: 1...Int.max).map(String.init) ?? ""
        connections = try map.int("connections", in: 1...64) ?? connections
        if let timeout = try map.duration("timeout") { timeoutNanos = max(1, timeout) }
        attempts = try map.int("attempts", in: 1...10) ?? attempts
        metadata = try map.words("metadata")
        if let names = try map.strings("forward") { forwardedMetadata = names.map { $0.lowercased() } }
        if var inner = try map.map("tls") {
            var tls = TLS()
            tls.trustFile = try inner.string("trust")
            tls.serverName = try inner.string("server_name")
            tls.certificateFile = try inner.string("certificate")
            tls.keyFile = try inner.string("key")
            try inner.finish()
            self.tls = tls
        }
    }
}
