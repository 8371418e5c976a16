import GRPC
import Gateway
import NIOCore
import Testing

@Suite struct `frames of gRPC-Web` {
    private func messages(_ body: [UInt8], isText: Bool = false) throws(WebFailure) -> [[UInt8]] {
        let read = body.withUnsafeBytes { bytes in Result { () throws(WebFailure) in try GRPCWebFrames.messages(in: bytes, isText: isText) } }
        return try read.get()
    }

    @Test func `hold messages, and trailers that are passed over`() throws {
        #expect(try messages([0, 0, 0, 0, 2, 7, 8, 0, 0, 0, 0, 0, 0x80, 0, 0, 0, 1, 65]) == [[7, 8], []])
        #expect(try messages([]) == [])
    }

    @Test func `in base64 may be padded wherever a part ended`() throws {
        let first = TextBase64.encode([0, 0, 0, 0, 1, 9])
        let second = TextBase64.encode([0, 0, 0, 0, 2, 1, 2])
        #expect(try messages(Array((first + second).utf8), isText: true) == [[9], [1, 2]])
        #expect(try messages(Array(TextBase64.encode([0, 0, 0, 0, 1, 9, 0, 0, 0, 0, 0]).utf8), isText: true) == [[9], []])
    }

    @Test(arguments: [
        ([0], 400), ([0, 0, 0, 0, 2, 7], 400), ([0, 0xFF, 0xFF, 0xFF, 0xFF], 400), ([1, 0, 0, 0, 0], 415), ([2, 0, 0, 0, 0], 415),
    ] as [([UInt8], Int)]) func `that are wrong are refused`(_ body: [UInt8], _ status: Int) {
        let failure = #expect(throws: WebFailure.self) { try messages(body) }
        #expect(failure?.status == status)
    }

    @Test func `in no base64 are refused`() {
        #expect(throws: WebFailure.self) { try messages(Array("A?==".utf8), isText: true) }
    }

    @Test func `end an answer with its status`() throws {
        var buffer = GRPCWebFrames.trailers(Status(.notFound, "no ü\n"), Metadata(), isText: false)
        let flag: UInt8? = buffer.readInteger()
        let length: UInt32? = buffer.readInteger()
        #expect(flag == 0x80)
        #expect(length.map(Int.init) == buffer.readableBytes)
        #expect(buffer.readString(length: buffer.readableBytes) == "grpc-status:5\r\ngrpc-message:no %C3%BC%0A\r\n")
        let data = [UInt8(1), 2].withUnsafeBytes { GRPCWebFrames.data($0, isText: true) }
        #expect(String(buffer: data) == TextBase64.encode([0, 0, 0, 0, 2, 1, 2]))
    }
}
