import GRPC
import Gateway
import Messages
import Serving
import Testing

@Suite struct StatusTests {
    /// gRPC's numbers, as clients see them.
    static let numbers: [(ServingError.Code, Int)] = [
        (.invalidArgument, 3), (.notFound, 5), (.unavailable, 14), (.resourceExhausted, 8), (.deadlineExceeded, 4), (.cancelled, 1),
        (.unimplemented, 12), (.alreadyExists, 6), (.failedPrecondition, 9), (.internal, 13),
    ]

    @Test func `every error of the core has its number`() {
        #expect(Set(Self.numbers.map(\.0)) == Set(ServingError.Code.allCases))
        for (code, number) in Self.numbers {
            let status = Status(ServingError(code, "why"))
            #expect(Int(status.code.rawValue) == number)
            #expect(status.message == "why")
        }
    }

    @Test func `a refusal says when to try again, for libraries and for programs`() {
        let status = Status(ServingError(.resourceExhausted, "full", retryAfterNanos: 1_500_000_000))
        #expect(status.retryAfterMillis == 1500)
        // As Python's google.rpc prints it back: code 8, "full", RetryInfo of 1.5 s.
        let url = Array("type.googleapis.com/google.rpc.RetryInfo".utf8)
        let info: [UInt8] = [0x0A, 8, 0x08, 1, 0x10, 0x80, 0xCA, 0xB5, 0xEE, 0x01]
        let any = [0x0A, UInt8(url.count)] + url + [0x12, UInt8(info.count)] + info
        #expect(status.details == [0x08, 8, 0x12, 4] + Array("full".utf8) + [0x1A, UInt8(any.count)] + any)
        #expect(Status(ServingError(.resourceExhausted, "for good")).retryAfterMillis == nil)
        #expect(Status(ServingError(.resourceExhausted, "soon", retryAfterNanos: 10)).retryAfterMillis == 1)
    }

    @Test func `bytes that are no message are INTERNAL, and a message that contradicts itself is the caller's fault`() {
        #expect(Status(MessageError(.truncated, "x")).code == .internal)
        #expect(Status(MessageError(.malformed, "x")).code == .internal)
        #expect(Status(MessageError(.inconsistent, "x")).code == .invalidArgument)
        #expect(Status(MessageError(.tooDeep, "x")).code == .invalidArgument)
        #expect(Status(MessageError(.tooLarge, "x")).code == .resourceExhausted)
    }
}
