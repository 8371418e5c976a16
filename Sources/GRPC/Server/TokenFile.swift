internal import Text

/// What is wrong with a token file, and in which line (0 for the file as a whole).
public struct TokenFileError: Error, Sendable, Hashable, CustomStringConvertible {
    public var file: String
    public var line: Int
    public var message: String

    public var description: String { line > 0 ? "\(file):\(line): \(message)" : "\(file): \(message)" }
}

/// Reads token files.
enum TokenFile {
    struct Entry: Sendable, Equatable {
        var token: [UInt8]
        var scopes: Scope
    }

    static func read(_ file: String, maxBytes: Int) throws(TokenFileError) -> [Entry] {
        let bytes: [UInt8]
        do throws(BoundedFile.Failure) { bytes = try BoundedFile.contents(of: file, limit: maxBytes) } catch {
            throw TokenFileError(file: file, line: 0, message: error.description)
        }
        return try parse(bytes, file: file)
    }

    static func parse(_ bytes: [UInt8], file: String) throws(TokenFileError) -> [Entry] {
        var entries: [Entry] = []
        for (index, line) in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated() {
            let words = line.prefix { $0 != UInt8(ascii: "#") }
                .split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") || $0 == UInt8(ascii: "\r") }
            guard let token = words.first else { continue }
            guard words.count == 2 else {
                throw TokenFileError(file: file, line: index + 1, message: "expected a token and its scopes, as in \"secret infer,metrics\"")
            }
            guard token.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else {
                throw TokenFileError(file: file, line: index + 1, message: "a token is printable ASCII")
            }
            var scopes: Scope = []
            for name in words[1].split(separator: UInt8(ascii: ",")) {
                switch String(decoding: name, as: UTF8.self) {
                case "infer": scopes.insert(.infer)
                case "admin": scopes.insert(.admin)
                case "metrics": scopes.insert(.metrics)
                case let other:
                    throw TokenFileError(
                        file: file, line: index + 1, message: "unknown scope \"\(other)\"; scopes are infer, admin and metrics")
                }
            }
            guard !scopes.isEmpty else { throw TokenFileError(file: file, line: index + 1, message: "the token has no scope") }
            entries.append(Entry(token: Array(token), scopes: scopes))
        }
        return entries
    }
}
