package import GRPC
package import NIOCore

/// The frames of gRPC-Web: a flag, a length and a message; the status comes as a last frame that looks like headers.
package enum GRPCWebFrames {
    private static let trailerFlag: UInt8 = 0x80
    /// Messages of one request. Beyond: 400.
    private static let maxMessages = 65_536

    /// The messages of a request.
    package static func messages(in body: UnsafeRawBufferPointer, isText: Bool) throws(WebFailure) -> [[UInt8]] {
        guard isText else { return try split(body) }
        guard let decoded = decode(body) else { throw WebFailure(400, "the body is no base64") }
        let messages = decoded.withUnsafeBytes { bytes in Result { () throws(WebFailure) in try split(bytes) } }
        return try messages.get()
    }

    private static func split(_ bytes: UnsafeRawBufferPointer) throws(WebFailure) -> [[UInt8]] {
        var messages: [[UInt8]] = []
        var place = 0
        while place < bytes.count {
            guard bytes.count - place >= 5 else { throw WebFailure(400, "the body ends inside a frame") }
            let flag = bytes[place]
            let length = Int(UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: place + 1, as: UInt32.self)))
            place += 5
            guard length <= bytes.count - place else { throw WebFailure(400, "the body ends inside a frame") }
            switch flag {
            case 0:
                guard messages.count < maxMessages else { throw WebFailure(400, "the body has more than \(maxMessages) messages") }
                messages.append(Array(bytes[place..<place + length]))
            case trailerFlag: break
            default: throw WebFailure(415, "compressed messages are not supported in gRPC-Web")
            }
            place += length
        }
        return messages
    }

    /// Base64 that may have been padded in the middle, at the end of each part that was sent.
    private static func decode(_ text: UnsafeRawBufferPointer) -> [UInt8]? {
        var bytes: [UInt8] = []
        var start = 0
        var place = 0
        while place < text.count {
            guard text[place] == UInt8(ascii: "=") else {
                place += 1
                continue
            }
            while place < text.count, text[place] == UInt8(ascii: "=") { place += 1 }
            guard let part = TextBase64.decode(UnsafeRawBufferPointer(rebasing: text[start..<place])) else { return nil }
            bytes += part
            start = place
        }
        guard let rest = TextBase64.decode(UnsafeRawBufferPointer(rebasing: text[start...])) else { return nil }
        return bytes + rest
    }

    /// The frame of an answer's message.
    package static func data(_ message: UnsafeRawBufferPointer, isText: Bool) -> ByteBuffer { frame(0, message, isText: isText) }

    /// The frame that ends an answer.
    package static func trailers(_ status: Status, _ metadata: Metadata, isText: Bool) -> ByteBuffer {
        var text = Array("grpc-status:\(status.code.rawValue)\r\ngrpc-message:\(encoded(status.message))\r\n".utf8)
        if !status.details.isEmpty { text += Array("grpc-status-details-bin:\(TextBase64.encode(status.details))\r\n".utf8) }
        // swift-format-ignore: ReplaceForEachWithForLoop
        metadata.forEach { name, value in text += Array(name) + [UInt8(ascii: ":")] + Array(value) + [0x0D, 0x0A] }
        return text.withUnsafeBytes { frame(trailerFlag, $0, isText: isText) }
    }

    /// What a header cannot carry, as percent and two digits.
    private static func encoded(_ message: String) -> String {
        var text = ""
        for byte in message.utf8 {
            if byte >= 0x20, byte < 0x7F, byte != UInt8(ascii: "%") {
                text.unicodeScalars.append(UnicodeScalar(byte))
            } else {
                text += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }
        return text
    }

    private static func frame(_ flag: UInt8, _ content: UnsafeRawBufferPointer, isText: Bool) -> ByteBuffer {
        var buffer = ByteBuffer()
        buffer.reserveCapacity(content.count + 5)
        buffer.writeInteger(flag)
        buffer.writeInteger(UInt32(clamping: content.count))
        buffer.writeBytes(content)
        guard isText else { return buffer }
        return ByteBuffer(string: TextBase64.encode(Array(buffer.readableBytesView)))
    }
}
