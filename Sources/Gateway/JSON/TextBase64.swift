internal import GRPC

/// Base64 as JSON carries it: the standard alphabet or that of URLs, padded on the way out, padded or not on the way in.
package enum TextBase64 {
    package static func encode(_ bytes: [UInt8]) -> String {
        var text = Base64.encode(bytes)
        while text.count % 4 != 0 { text.append(UInt8(ascii: "=")) }
        return String(decoding: text, as: UTF8.self)
    }

    /// Nil for anything that is no base64.
    package static func decode(_ text: UnsafeRawBufferPointer) -> [UInt8]? {
        guard text.contains(where: { $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_") }) else { return Base64.decode(text) }
        let standard = text.map { $0 == UInt8(ascii: "-") ? UInt8(ascii: "+") : $0 == UInt8(ascii: "_") ? UInt8(ascii: "/") : $0 }
        return standard.withUnsafeBytes { Base64.decode($0) }
    }
}
