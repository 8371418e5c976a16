import GRPC
import HTTP2
import NIOCore
import WireTestSupport

extension ScriptedPeer {
    /// A connection to `server`.
    convenience init(_ server: GRPCServer) throws {
        try self.init { peer, loop in
            let (connection, keep) = try server.connect(peer, loop: loop)
            return (connection, keep)
        }
    }

    /// What came back on a stream.
    func reply(_ stream: UInt32) -> Reply {
        var reply = Reply()
        for frame in frames where frame.stream == stream {
            switch frame.type {
            case 1:
                reply.blocks.append(frame.fields)
                if frame.flags & 1 == 1 { reply.ended = true }
            case 0:
                reply.body += frame.payload
                if frame.flags & 1 == 1 { reply.ended = true }
            case 3: reply.reset = frame.code
            default: break
            }
        }
        return reply
    }
}

/// The frames of one stream, put together.
struct Reply {
    var blocks: [[String: String]] = []
    var body: [UInt8] = []
    var ended = false
    var reset: UInt32?

    var status: String? { blocks.last?["grpc-status"] }
    var message: String? { blocks.last?["grpc-message"] }
    /// A single header block that carries the status.
    var isTrailersOnly: Bool { blocks.count == 1 && status != nil && body.isEmpty }
    /// The messages without their prefixes.
    var messages: [[UInt8]] {
        var messages: [[UInt8]] = []
        var index = 0
        while body.count - index >= 5 {
            let length = body[index + 1..<index + 5].reduce(0) { $0 << 8 | Int($1) }
            guard body.count - index - 5 >= length else { break }
            messages.append(Array(body[index + 5..<index + 5 + length]))
            index += 5 + length
        }
        return messages
    }
}

/// Bytes of gRPC requests.
enum Requests {
    static func headers(_ path: String, _ extra: [(String, String)] = [], contentType: String? = "application/grpc", method: String = "POST") -> [(String, String)] {
        [(":method", method), (":scheme", "http"), (":path", path), (":authority", "test"), ("te", "trailers")]
            + (contentType.map { [("content-type", $0)] } ?? []) + extra
    }

    static func message(_ payload: [UInt8], flag: UInt8 = 0) -> [UInt8] {
        [flag] + Frames.word(UInt32(payload.count)) + payload
    }

    /// HEADERS and one message, complete.
    static func unary(_ stream: UInt32, _ path: String, _ payload: [UInt8] = [1, 2, 3], _ extra: [(String, String)] = []) -> [UInt8] {
        Frames.headers(stream, flags: 4, headers(path, extra)) + Frames.data(stream, message(payload), end: true)
    }
}
