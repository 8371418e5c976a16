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

    @Test func `bytes that are no message are INTERNAL, and a message that contradicts itself is the caller's fault`() {
        #expect(Status(MessageError(.truncated, "x")).code == .internal)
        #expect(Status(MessageError(.malformed, "x")).code == .internal)
        #expect(Status(MessageError(.inconsistent, "x")).code == .invalidArgument)
        #expect(Status(MessageError(.tooDeep, "x")).code == .invalidArgument)
        #expect(Status(MessageError(.tooLarge, "x")).code == .resourceExhausted)
    }
}
