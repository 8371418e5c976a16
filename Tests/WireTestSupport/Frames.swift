/// Frames as bytes, made by hand: no session on this side of the test.
package enum Frames {
    package static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)
    package static let settings = frame(4)
    package static let settingsAck = frame(4, flags: 1)

    package static func frame(_ type: UInt8, flags: UInt8 = 0, stream: UInt32 = 0, _ payload: [UInt8] = []) -> [UInt8] {
        let length = payload.count
        return [UInt8(length >> 16), UInt8(length >> 8 & 255), UInt8(length & 255), type, flags] + word(stream) + payload
    }

    package static func word(_ value: UInt32) -> [UInt8] {
        [UInt8(value >> 24), UInt8(value >> 16 & 255), UInt8(value >> 8 & 255), UInt8(value & 255)]
    }

    /// As many frames as the block needs. Flags: 1 END_STREAM, 4 END_HEADERS, 8 PADDED, 0x20 PRIORITY.
    package static func headers(
        _ stream: UInt32, flags: UInt8 = 5, _ fields: [(String, String)] = request
    ) -> [UInt8] {
        var rest = block(fields)[...]
        let first = rest.prefix(16_384)
        rest = rest.dropFirst(first.count)
        var frames = frame(1, flags: rest.isEmpty ? flags : flags & ~4, stream: stream, Array(first))
        while !rest.isEmpty {
            let part = rest.prefix(16_384)
            rest = rest.dropFirst(part.count)
            frames += frame(9, flags: rest.isEmpty ? flags & 4 : 0, stream: stream, Array(part))
        }
        return frames
    }

    /// As many DATA frames as the payload needs.
    package static func data(_ stream: UInt32, _ payload: [UInt8], end: Bool = false) -> [UInt8] {
        var frames: [UInt8] = []
        var rest = payload[...]
        repeat {
            let part = rest.prefix(16_384)
            rest = rest.dropFirst(part.count)
            frames += frame(0, flags: end && rest.isEmpty ? 1 : 0, stream: stream, Array(part))
        } while !rest.isEmpty
        return frames
    }

    package static func reset(_ stream: UInt32, _ code: UInt32 = 8) -> [UInt8] { frame(3, stream: stream, word(code)) }
    package static func ping(_ byte: UInt8 = 0) -> [UInt8] { frame(6, [UInt8](repeating: byte, count: 8)) }
    package static func windowUpdate(_ stream: UInt32, _ amount: UInt32) -> [UInt8] { frame(8, stream: stream, word(amount)) }
    package static func setting(_ id: UInt16, _ value: UInt32) -> [UInt8] { [UInt8(id >> 8), UInt8(id & 255)] + word(value) }
    package static func priority(_ stream: UInt32, on parent: UInt32) -> [UInt8] { frame(2, stream: stream, word(parent) + [15]) }

    package static let request = [(":method", "GET"), (":scheme", "http"), (":path", "/"), (":authority", "test")]
    package static let post = [(":method", "POST"), (":scheme", "http"), (":path", "/"), (":authority", "test")]

    /// Literal fields without indexing and without Huffman coding: the same bytes whatever was sent before.
    package static func block(_ fields: [(String, String)]) -> [UInt8] {
        fields.flatMap { [0] + string($0.0) + string($0.1) }
    }

    package static func string(_ text: String) -> [UInt8] {
        let bytes = Array(text.utf8)
        if bytes.count < 127 { return [UInt8(bytes.count)] + bytes }
        var rest = bytes.count - 127
        var length: [UInt8] = [127]
        while rest >= 128 {
            length.append(UInt8(rest & 127) | 128)
            rest >>= 7
        }
        return length + [UInt8(rest)] + bytes
    }
}

/// A frame that the connection under test has sent.
package struct SentFrame: Equatable, Sendable {
    package var type: UInt8
    package var flags: UInt8
    package var stream: UInt32
    package var payload: [UInt8]
    /// The fields of a header block; a name that repeats has its values joined by "|".
    package var fields: [String: String] = [:]

    package init(type: UInt8, flags: UInt8, stream: UInt32, payload: [UInt8]) {
        self.type = type
        self.flags = flags
        self.stream = stream
        self.payload = payload
    }

    /// The error code of RST_STREAM or GOAWAY.
    package var code: UInt32? {
        switch type {
        case 3 where payload.count == 4: word(at: 0)
        case 7 where payload.count >= 8: word(at: 4)
        default: nil
        }
    }

    package func word(at index: Int) -> UInt32 { payload[index..<index + 4].reduce(0) { $0 << 8 | UInt32($1) } }

    package static func parse(_ bytes: inout [UInt8]) -> [SentFrame] {
        var frames: [SentFrame] = []
        var index = 0
        while bytes.count - index >= 9 {
            let length = Int(bytes[index]) << 16 | Int(bytes[index + 1]) << 8 | Int(bytes[index + 2])
            guard bytes.count - index >= 9 + length else { break }
            let stream = bytes[index + 5..<index + 9].reduce(0) { $0 << 8 | UInt32($1) }
            frames.append(
                SentFrame(
                    type: bytes[index + 3], flags: bytes[index + 4], stream: stream,
                    payload: Array(bytes[index + 9..<index + 9 + length])))
            index += 9 + length
        }
        bytes.removeFirst(index)
        return frames
    }
}
