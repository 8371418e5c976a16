internal import GRPC
package import HTTP2

/// One request at a time, again and again: the place that a stream has in a run.
///
/// Confined to its event loop.
package final class RequestSlot: TimerNode, StreamHandler {
    enum State { case idle, thinking, inFlight }

    /// What ends a request before its answer is whole.
    enum Ending { case none, timedOut, cancelled, unanswered }

    unowned(unsafe) let owner: LoadLoop
    unowned(unsafe) let lane: any RequestLane
    var state = State.idle
    /// When the request was to be sent; its latency counts from here.
    package internal(set) var intended: UInt64 = 0
    unowned(unsafe) var recipe: LoopRecipe
    var ending = Ending.none
    /// When the request is given up; `.max` for never.
    var timeoutAt: UInt64 = .max
    var cancelAt: UInt64 = .max
    /// The connection's stream, while there is one.
    var stream: HTTP2Stream?

    private var reply = ReplyBuffer()
    private var grpcStatus = -1
    private var httpStatus = 0
    private var statusMessage = ""
    private var isCompressed = false
    private var coding = Coding.identity
    /// Of an answer of REST: how much of it is JSON, where tensors follow.
    private var headerBytes: Int?

    init(owner: LoadLoop, lane: any RequestLane, recipe: LoopRecipe) {
        self.owner = owner
        self.lane = lane
        self.recipe = recipe
    }

    /// Makes the slot as new for its next request.
    @inline(__always)
    func begin(_ recipe: LoopRecipe, intended: UInt64) {
        self.recipe = recipe
        self.intended = intended
        state = .inFlight
        ending = .none
        grpcStatus = -1
        httpStatus = 0
        reply.clear()
        if !statusMessage.isEmpty { statusMessage = "" }
        coding = .identity
        headerBytes = nil
    }

    package override func timerFired(now: UInt64) {
        switch state {
        case .idle: break
        case .thinking: owner.thoughtEnough(self)
        case .inFlight:
            ending = timeoutAt <= now ? .timedOut : .cancelled
            lane.abandon(self)
        }
    }

    // StreamHandler

    package func received(headers: HeaderFields, endStream: Bool, on stream: HTTP2Stream) {
        for index in 0..<headers.count {
            let name = headers.name(index)
            switch name.count {
            case 7 where name.equals(":status"): httpStatus = number(headers.value(index))
            case 11 where name.equals("grpc-status"): grpcStatus = number(headers.value(index))
            case 12 where name.equals("grpc-message"): statusMessage = PercentText.decode(headers.value(index))
            case 13 where name.equals("grpc-encoding"): coding = Coding(headers.value(index)) ?? .identity
            default: break
            }
        }
    }

    /// A status of up to three digits; -2 for anything else.
    private func number(_ text: UnsafeRawBufferPointer) -> Int {
        guard text.count >= 1, text.count <= 3 else { return -2 }
        var value = 0
        for byte in text {
            guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return -2 }
            value = value * 10 + Int(byte - UInt8(ascii: "0"))
        }
        return value
    }

    package func received(data: UnsafeRawBufferPointer, on stream: HTTP2Stream) -> Int {
        reply.append(data)
        return owner.grant(data.count, on: stream)
    }

    package func receivedEnd(on stream: HTTP2Stream) {}

    package func streamClosed(_ code: ErrorCode, on stream: HTTP2Stream) {
        self.stream = nil
        if ending != .none {
            endAbandoned()
        } else if code != .noError, grpcStatus < 0 {
            // A server may also reset what it has answered already.
            finish(.connectionLost, "HTTP/2 error \(code.rawValue)")
        } else {
            judge()
        }
    }

    /// Ends the request after `RequestLane.abandon`.
    package func endAbandoned() {
        switch ending {
        case .timedOut: finish(.timedOut, "")
        case .cancelled: owner.cancelled(self)
        case .unanswered, .none: finish(.unanswered, "")
        }
    }

    // Answers of HTTP/1.1

    func beginReply(status: Int, headerBytes: Int?, coding: Coding) {
        httpStatus = status
        self.headerBytes = headerBytes
        self.coding = coding
    }

    func appendReply(_ bytes: UnsafeRawBufferPointer) { reply.append(bytes) }
    func endReply() { judgePlain() }

    /// An answer without gRPC.
    private func judgePlain() {
        guard httpStatus >= 200, httpStatus < 300 else {
            return finish(.http(httpStatus), String(decoding: reply.bytes.prefix(300), as: UTF8.self))
        }
        guard coding != .identity else {
            if let fault = recipe.fault(in: reply.bytes, headerBytes: headerBytes) { return finish(.wrongAnswer, fault) }
            return owner.succeeded(self)
        }
        guard let whole = MessageCompression.inflate(reply.bytes, coding) else {
            return finish(.malformed, "the answer cannot be decompressed")
        }
        if let fault = whole.withUnsafeBytes({ recipe.fault(in: $0, headerBytes: headerBytes) }) { return finish(.wrongAnswer, fault) }
        owner.succeeded(self)
    }

    private func judge() {
        guard recipe.isGRPC else { return judgePlain() }
        if grpcStatus > 0 { return finish(.status(grpcStatus), statusMessage) }
        guard grpcStatus == 0 else {
            if httpStatus != 200 { return finish(.http(httpStatus), "") }
            return finish(.malformed, "the answer has no grpc-status")
        }
        let bytes = reply.bytes
        guard bytes.count >= 5, Int(UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: 1, as: UInt32.self))) == bytes.count - 5,
            bytes[0] <= 1
        else {
            return finish(.malformed, "status OK with \(bytes.count) bytes that are not one message")
        }
        let message = UnsafeRawBufferPointer(rebasing: bytes[5...])
        if bytes[0] == 1 {
            guard coding != .identity, let whole = MessageCompression.inflate(message, coding) else {
                return finish(.malformed, "the message cannot be decompressed")
            }
            if let fault = whole.withUnsafeBytes({ recipe.fault(in: $0) }) { return finish(.wrongAnswer, fault) }
        } else if let fault = recipe.fault(in: message) {
            return finish(.wrongAnswer, fault)
        }
        owner.succeeded(self)
    }

    /// Ends the request without success.
    package func finish(_ kind: FailureKind, _ sample: String) {
        owner.failed(self, kind, sample)
    }

    /// Ends the request with success, for stand-ins of connections.
    package func succeed() {
        owner.succeeded(self)
    }
}
