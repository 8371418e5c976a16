import GRPC
import Messages
import NIOCore

/// grpc.testing.TestService as the interoperability suites describe it.
struct TestService: Sendable {
    private static let maxPayloadBytes = 64 << 20

    func register(on server: GRPCServer) {
        let service = "/grpc.testing.TestService/"
        server.register(unary: service + "EmptyCall") { call in
            call.reply(ReplyBody(ByteBuffer()), initial: initialEcho(call.metadata), trailing: trailingEcho(call.metadata))
        }
        server.register(unary: service + "UnaryCall") { unary($0) }
        server.register(unary: service + "CacheableUnaryCall") { unary($0) }
        server.register(streaming: service + "StreamingOutputCall") { streamingOutput($0) }
        server.register(streaming: service + "StreamingInputCall") { streamingInput($0) }
        server.register(streaming: service + "FullDuplexCall") { fullDuplex($0) }
        server.register(streaming: service + "HalfDuplexCall") { halfDuplex($0) }
    }

    private func unary(_ call: UnaryCall) {
        do {
            let request = try InteropTest.SimpleRequest(decoding: call.message.bytes)
            try check(request.expectCompressed, wasCompressed: call.messageWasCompressed)
            let trailing = trailingEcho(call.metadata)
            if let status = request.responseStatus, status.code != 0 {
                return call.fail(Status(StatusCode(rawValue: Int(status.code)) ?? .unknown, status.message), trailing: trailing)
            }
            var response = InteropTest.SimpleResponse()
            response.payload = try payload(request.responseSize)
            if request.responseCompressed?.value == true { call.replyCoding = .gzip }
            call.reply(try ReplyBody(response), initial: initialEcho(call.metadata), trailing: trailing)
        } catch {
            call.fail(status(error))
        }
    }

    private func streamingOutput(_ call: StreamingCall) {
        let sender = PacedSender(call)
        call.onCancel = { call.finish(Status(.cancelled)) }
        call.collectOneMessage { message in
            do {
                let request = try InteropTest.StreamingOutputCallRequest(decoding: message.bytes)
                if request.responseParameters.contains(where: { $0.compressed?.value == true }) { call.replyCoding = .gzip }
                try sender.add(request)
                sender.finish(status(request.responseStatus))
            } catch {
                call.finish(status(error))
            }
        }
    }

    private func streamingInput(_ call: StreamingCall) {
        var total = 0
        var failed = false
        call.onCancel = { call.finish(Status(.cancelled)) }
        call.onMessage = { message in
            guard !failed else { return }
            do {
                let request = try InteropTest.StreamingInputCallRequest(decoding: message.bytes)
                try check(request.expectCompressed, wasCompressed: call.messageWasCompressed)
                total += request.payload?.body.count ?? 0
            } catch {
                failed = true
                call.finish(status(error))
            }
        }
        call.onHalfClose = {
            guard !failed else { return }
            do {
                call.send(try ReplyBody(InteropTest.StreamingInputCallResponse(aggregatedPayloadSize: Int32(clamping: total))))
                call.finish()
            } catch {
                call.finish(status(error))
            }
        }
    }

    private func fullDuplex(_ call: StreamingCall) {
        let trailing = trailingEcho(call.metadata)
        let initial = initialEcho(call.metadata)
        if !initial.isEmpty { call.sendInitialMetadata(initial) }
        let sender = PacedSender(call, trailing: trailing)
        call.onCancel = { call.finish(Status(.cancelled)) }
        call.onMessage = { message in
            do {
                let request = try InteropTest.StreamingOutputCallRequest(decoding: message.bytes)
                try sender.add(request)
                if let asked = request.responseStatus, asked.code != 0 { sender.finish(status(asked)) }
            } catch {
                sender.finish(status(error))
            }
        }
        call.onHalfClose = { sender.finish(.ok) }
    }

    /// Answers only once the caller has said all it has to say.
    private func halfDuplex(_ call: StreamingCall) {
        let sender = PacedSender(call)
        var requests: [InteropTest.StreamingOutputCallRequest] = []
        call.onCancel = { call.finish(Status(.cancelled)) }
        call.onMessage = { message in
            if let request = try? InteropTest.StreamingOutputCallRequest(decoding: message.bytes) { requests.append(request) }
        }
        call.onHalfClose = {
            do {
                for request in requests { try sender.add(request) }
                sender.finish(.ok)
            } catch {
                sender.finish(status(error))
            }
        }
    }

    private func check(_ expected: InteropTest.BoolValue?, wasCompressed: Bool) throws {
        if let expected, expected.value != wasCompressed {
            throw Status(.invalidArgument, expected.value ? "the message was not compressed" : "the message was compressed")
        }
    }

    private func initialEcho(_ metadata: Metadata) -> Metadata {
        var echo = Metadata()
        if let value = metadata["x-grpc-test-echo-initial"] { echo.append("x-grpc-test-echo-initial", value) }
        return echo
    }

    private func trailingEcho(_ metadata: Metadata) -> Metadata {
        var echo = Metadata()
        for value in metadata.binaryValues("x-grpc-test-echo-trailing-bin") {
            echo.append("x-grpc-test-echo-trailing-bin", binary: value)
        }
        return echo
    }

    static func payload(_ size: Int32) throws -> InteropTest.Payload {
        guard size >= 0, Int(size) <= maxPayloadBytes else { throw Status(.invalidArgument, "payload size \(size)") }
        return InteropTest.Payload(type: .compressable, body: [UInt8](repeating: 0, count: Int(size)))
    }

    private func payload(_ size: Int32) throws -> InteropTest.Payload { try TestService.payload(size) }
}

/// Turns what a handler throws, or a status that a request asks for, into a status.
func status(_ error: any Error) -> Status {
    error as? Status ?? Status(.internal, "\(error)")
}

func status(_ asked: InteropTest.EchoStatus?) -> Status {
    guard let asked, asked.code != 0 else { return .ok }
    return Status(StatusCode(rawValue: Int(asked.code)) ?? .unknown, asked.message)
}
