import GRPC
import HTTP2
import NIOCore
import Testing
import WireTestSupport

/// What a server says to requests that are not as they should be.
@Suite struct ErrorTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var bytes: [UInt8]
        /// grpc-status, or nothing for a plain HTTP answer.
        var status: String?
        var httpStatus = "200"
        var message: String?
        /// RST_STREAM follows, since the body had not ended.
        var reset: UInt32?
        var field: (String, String)?

        var testDescription: String { name }
    }

    static let echo = "/test.Echo/Echo"
    private static func open(_ path: String = echo, _ extra: [(String, String)] = [], contentType: String? = "application/grpc", method: String = "POST") -> [UInt8] {
        Frames.headers(1, flags: 4, Requests.headers(path, extra, contentType: contentType, method: method))
    }
    private static let body = Frames.data(1, Requests.message([1]), end: true)

    static let cases: [Case] = [
        Case(name: "an unknown method", bytes: open("/test.Echo/Nope") + body, status: "12", message: "unknown method Nope for service test.Echo"),
        Case(name: "an unknown service", bytes: open("/no.Such/Nope"), status: "12", message: "unknown service no.Such", reset: 0),
        Case(name: "a path that names no method", bytes: open("/"), status: "12", message: "malformed method name", reset: 0),
        Case(name: "a content-type of another protocol", bytes: open(contentType: "application/json") + body, httpStatus: "415"),
        Case(name: "a content-type that only begins alike", bytes: open(contentType: "application/grpcish") + body, httpStatus: "415"),
        Case(name: "no content-type", bytes: open(contentType: nil) + body, httpStatus: "415"),
        Case(name: "a method other than POST", bytes: open(method: "PUT") + body, status: "12", message: "gRPC methods are called with POST"),
        Case(name: "no message", bytes: Frames.headers(1, flags: 5, Requests.headers(echo)), status: "12", message: "the method requires exactly one request message"),
        Case(name: "no message, in an empty DATA frame", bytes: open() + Frames.data(1, [], end: true), status: "12"),
        Case(name: "two messages", bytes: open() + Frames.data(1, Requests.message([7]) + Requests.message([8]), end: true), status: "0"),
        Case(name: "a message that is cut", bytes: open() + Frames.data(1, [0, 0, 0, 0, 9, 1, 2], end: true), status: "13", message: "the request ends inside a message"),
        Case(name: "a prefix that is cut", bytes: open() + Frames.data(1, [0, 0], end: true), status: "13"),
        Case(name: "the compressed flag without a coding", bytes: open() + Frames.data(1, Requests.message([1], flag: 1), end: true), status: "13"),
        Case(name: "the compressed flag with identity", bytes: open(echo, [("grpc-encoding", "identity")]) + Frames.data(1, Requests.message([1], flag: 1), end: true), status: "13"),
        Case(name: "a flag of 2", bytes: open() + Frames.data(1, Requests.message([1], flag: 2), end: true), status: "13"),
        Case(name: "an unknown coding", bytes: open(echo, [("grpc-encoding", "br")]) + body, status: "12", message: "unknown grpc-encoding \"br\"", field: ("grpc-accept-encoding", "identity, deflate, gzip")),
        Case(name: "gzip that is none", bytes: open(echo, [("grpc-encoding", "gzip")]) + Frames.data(1, Requests.message([1, 2, 3], flag: 1), end: true), status: "13", message: "corrupt compressed message"),
        Case(name: "a message beyond the limit, by its prefix alone", bytes: open() + Frames.data(1, [0, 0xff, 0xff, 0xff, 0xff]), status: "8", message: "Received message larger than max (4294967295 vs. 1000)", reset: 0),
        Case(name: "a timeout of nothing", bytes: open(echo, [("grpc-timeout", "0S")]), status: "4", message: "Deadline Exceeded", reset: 0),
        Case(name: "a timeout of nine digits", bytes: open(echo, [("grpc-timeout", "123456789S")]), status: "13", reset: 0),
        Case(name: "a timeout that is none", bytes: open(echo, [("grpc-timeout", "soon")]), status: "13", reset: 0),
        Case(name: "a timeout of 99999999 hours", bytes: open(echo, [("grpc-timeout", "99999999H")]) + body, status: "0"),
        Case(name: "-bin metadata that is no base64", bytes: open(echo, [("x-bin", "a*b")]) + body, status: "13"),
        Case(name: "-bin metadata without padding", bytes: open(echo, [("x-bin", "AAH/")]) + body, status: "0"),
        Case(name: "-bin metadata with padding", bytes: open(echo, [("x-bin", "AAE=")]) + body, status: "0"),
        Case(name: "metadata that is not ASCII", bytes: open(echo, [("x-text", "gr\u{fc}n")]) + body, status: "0"),
        Case(name: "content types with a suffix", bytes: open(contentType: "application/grpc+proto") + body, status: "0"),
        Case(name: "content types with parameters", bytes: open(contentType: "application/grpc;charset=utf-8") + body, status: "0"),
        Case(name: "a header list beyond the limit", bytes: open(echo, [("x-large", String(repeating: "a", count: 9000)), ("x-larger", String(repeating: "a", count: 9000))]) + body, status: "8"),
        Case(name: "a plain resource", bytes: Frames.headers(1, flags: 5, [(":method", "GET"), (":scheme", "http"), (":path", "/live"), (":authority", "t")]), httpStatus: "200"),
        Case(name: "a plain resource with HEAD", bytes: Frames.headers(1, flags: 5, [(":method", "HEAD"), (":scheme", "http"), (":path", "/live"), (":authority", "t")]), httpStatus: "200"),
        Case(name: "a plain resource with DELETE", bytes: Frames.headers(1, flags: 5, [(":method", "DELETE"), (":scheme", "http"), (":path", "/live"), (":authority", "t")]), httpStatus: "405"),
        Case(name: "a plain resource that is none", bytes: Frames.headers(1, flags: 5, [(":method", "GET"), (":scheme", "http"), (":path", "/nope"), (":authority", "t")]), httpStatus: "404"),
        Case(name: "a handler's status, encoded", bytes: Requests.unary(1, "/test.Echo/Fail"), status: "9", message: "\t\ntest with whitespace\r\nand Unicode BMP \u{263a} and non-BMP \u{1f608}\t\n"),
    ]

    static func server() -> GRPCServer {
        var configuration = GRPCServer.Configuration()
        configuration.messages.maxReceivedBytes = 1000
        configuration.limits.maxHeaderListBytes = 10_000
        let server = GRPCServer(configuration)
        server.register(unary: echo) { $0.reply(ReplyBody(ByteBuffer(bytes: $0.message.bytes))) }
        server.register(unary: "/test.Echo/Fail") {
            $0.fail(Status(.failedPrecondition, "\t\ntest with whitespace\r\nand Unicode BMP \u{263a} and non-BMP \u{1f608}\t\n"))
        }
        server.register(plain: "/live") { _ in PlainResponse(body: ByteBuffer(string: "{}")) }
        return server
    }

    @Test(arguments: cases)
    func `a request gets the answer that the protocol asks for`(_ test: Case) throws {
        for bytewise in [false, true] {
            let peer = try ScriptedPeer(Self.server())
            if bytewise { for byte in test.bytes { peer.send([byte]) } } else { peer.send(test.bytes) }
            let reply = peer.reply(1)
            #expect(reply.blocks.first?[":status"] == test.httpStatus, "\(peer.frames)")
            #expect(reply.ended)
            #expect(reply.status == test.status)
            if let status = test.status {
                #expect(reply.blocks.first?["content-type"] == "application/grpc")
                #expect(reply.isTrailersOnly == (status != "0"))
            }
            if let message = test.message { #expect(reply.message.map(percentDecoded) == message) }
            // Byte by byte, a refusal comes before the end of the body.
            #expect(reply.reset == test.reset || (bytewise && reply.reset == 0))
            if let (name, value) = test.field { #expect(reply.blocks.first?[name] == value) }
            #expect(peer.goAway == nil)
            // The connection lives on.
            peer.send(Requests.unary(3, Self.echo, [5]))
            #expect(peer.reply(3).messages == [[5]])
        }
    }

    private func percentDecoded(_ text: String) -> String {
        #expect(text.utf8.allSatisfy { $0 >= 0x20 && $0 <= 0x7e })
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%") {
                bytes.append(UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)!)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test func `two messages are answered by the first`() throws {
        let peer = try ScriptedPeer(Self.server())
        peer.send(Frames.headers(1, flags: 4, Requests.headers(Self.echo)))
        peer.send(Frames.data(1, Requests.message([7]) + Requests.message([8]), end: true))
        #expect(peer.reply(1).messages == [[7]])
    }
}
