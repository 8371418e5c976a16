internal import GRPC
internal import Hummingbird

/// A whole request on the HTTP port, its body in one piece and decompressed.
struct WebRequest: Sendable {
    var method: HTTPRequest.Method
    /// The path without the query, as it was sent.
    var path: String
    var query: WebQuery
    var headers: HTTPFields
    var body: MessageBuffer

    /// The value of a header that has no name of its own in the library.
    subscript(header name: String) -> String? {
        HTTPFields.Element.Name(name).flatMap { headers[$0] }
    }

    /// The media type of the body in lower case, without its parameters; empty when nothing is said.
    var mediaType: String {
        guard let value = headers[.contentType] else { return "" }
        let type = value.split(separator: ";", maxSplits: 1, omittingEmptySubsequences: false).first ?? ""
        return String(type.filter { $0 != " " }).lowercased()
    }
}

/// The parameters behind a path's question mark.
package struct WebQuery: Sendable, Hashable {
    private var values: [String: String] = [:]

    package init(_ text: Substring) {
        for part in text.split(separator: "&") {
            let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = WebPath.decode(pair[0], plusIsSpace: true) else { continue }
            values[name] = pair.count > 1 ? WebPath.decode(pair[1], plusIsSpace: true) ?? "" : ""
        }
    }

    package subscript(name: String) -> String? { values[name] }
}

/// A path in parts, each decoded.
package struct WebPath: Sendable {
    package let parts: [String]

    /// Nil for a path whose percent encoding is wrong, or that has more than `maxParts`.
    package init?(_ path: Substring, maxParts: Int) {
        var parts: [String] = []
        for part in path.split(separator: "/", omittingEmptySubsequences: true) {
            guard parts.count < maxParts, let decoded = Self.decode(part) else { return nil }
            parts.append(decoded)
        }
        self.parts = parts
    }

    /// Undoes percent encoding; nil when it is wrong or hides what is no UTF-8.
    package static func decode(_ text: Substring, plusIsSpace: Bool = false) -> String? {
        guard text.utf8.contains(where: { $0 == UInt8(ascii: "%") || $0 == UInt8(ascii: "+") }) else { return String(text) }
        var bytes: [UInt8] = []
        var rest = Substring(text).utf8
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%") {
                guard let high = rest.popFirst().flatMap(hexDigit), let low = rest.popFirst().flatMap(hexDigit) else { return nil }
                bytes.append(high << 4 | low)
            } else {
                bytes.append(plusIsSpace && byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func hexDigit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
