/// The command line.
struct Options {
    struct TLSFiles {
        var certificate: String
        var key: String
        var ca: String?
    }

    var port = 0
    var loops = 2
    var reusePort = false
    var socket: String?
    var tokenFile: String?
    var maxAgeSeconds: UInt64 = 0
    var tls: TLSFiles?

    init(_ arguments: ArraySlice<String>) throws {
        var rest = Array(arguments)
        func next() throws -> String {
            guard !rest.isEmpty else { throw OptionsError(message: "a value is missing") }
            return rest.removeFirst()
        }
        while !rest.isEmpty {
            switch try next() {
            case "--socket": socket = try next()
            case "--tokens": tokenFile = try next()
            case "--reuse-port": reusePort = true
            case "--loops": loops = Int(try next()) ?? 2
            case "--max-age": maxAgeSeconds = UInt64(try next()) ?? 0
            case "--tls": tls = TLSFiles(certificate: try next(), key: try next())
            case "--client-ca": tls?.ca = try next()
            case let word: port = Int(word) ?? 0
            }
        }
    }
}

struct OptionsError: Error {
    var message: String
}
