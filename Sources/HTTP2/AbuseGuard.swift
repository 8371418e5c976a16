/// Counts what a peer makes us do, and says when it is too much. Pure: frames and the time in, a verdict out.
struct AbuseGuard {
    /// A limit that was exceeded.
    struct Violation: Equatable {
        var code: ErrorCode
        var event: WireEvent
        var reason: StaticString

        static func == (a: Violation, b: Violation) -> Bool { a.code == b.code && a.event == b.event }

        static func calm(_ event: WireEvent, _ reason: StaticString) -> Violation {
            Violation(code: .enhanceYourCalm, event: event, reason: reason)
        }
    }

    private typealias FrameType = FrameScanner.FrameType

    private var settings: TokenBucket
    private var pings: TokenBucket
    private var windowUpdates: TokenBucket
    private var priorities: TokenBucket
    private var emptyData: TokenBucket
    private var unknownFrames: TokenBucket
    private var resetsProvoked: TokenBucket
    private var pingPolicy: PingPolicy
    private var ledger = StreamLedger()
    private var continuations = 0
    private let maxContinuations: Int
    private let isServer: Bool

    init(_ limits: Limits, isServer: Bool, now: UInt64) {
        settings = TokenBucket(limits.settings, now: now)
        pings = TokenBucket(limits.pings, now: now)
        windowUpdates = TokenBucket(limits.windowUpdates, now: now)
        priorities = TokenBucket(limits.priorities, now: now)
        emptyData = TokenBucket(limits.emptyData, now: now)
        unknownFrames = TokenBucket(limits.unknownFrames, now: now)
        resetsProvoked = TokenBucket(limits.resetsProvoked, now: now)
        pingPolicy = PingPolicy(limits)
        maxContinuations = limits.maxContinuations
        self.isServer = isServer
    }

    /// A frame header was received; nil when it is fine.
    mutating func received(_ frame: FrameScanner.Header, now: UInt64, openStreams: Int) -> Violation? {
        switch frame.type {
        case FrameType.data:
            if frame.length > 0 || frame.endsStream {
                usefulFrame()
            } else if !emptyData.take(now: now) {
                return .calm(.emptyDataExceeded, "too many empty DATA frames")
            }
        case FrameType.headers:
            usefulFrame()
            continuations = 0
            if isServer, !ledger.accept(frame.streamID) {
                return Violation(
                    code: .protocolError, event: .streamIdentifierReused, reason: "HEADERS with a smaller stream identifier")
            }
        case FrameType.windowUpdate:
            if !windowUpdates.take(now: now) { return .calm(.windowUpdatesExceeded, "too many WINDOW_UPDATE frames") }
        case FrameType.ping where !frame.isAcknowledgement:
            if isServer, !pingPolicy.received(now: now, openStreams: openStreams) {
                return .calm(.pingStrikesExceeded, "too_many_pings")
            }
            if !pings.take(now: now) { return .calm(.pingsExceeded, "too many PING frames") }
        case FrameType.settings where !frame.isAcknowledgement:
            if !settings.take(now: now) { return .calm(.settingsExceeded, "too many SETTINGS frames") }
        case FrameType.priority:
            if !priorities.take(now: now) { return .calm(.prioritiesExceeded, "too many PRIORITY frames") }
        case FrameType.continuation:
            continuations &+= 1
            if continuations > maxContinuations { return .calm(.continuationsExceeded, "too many CONTINUATION frames") }
        case FrameType.ping, FrameType.settings, FrameType.resetStream, FrameType.goAway, FrameType.pushPromise:
            break
        default:
            if !unknownFrames.take(now: now) { return .calm(.unknownFramesExceeded, "too many frames of unknown types") }
        }
        return nil
    }

    /// We sent RST_STREAM because of what the peer did.
    mutating func sentReset(_ code: ErrorCode, now: UInt64) -> Violation? {
        // These three are our own decisions.
        if code == .noError || code == .cancel || code == .refusedStream { return nil }
        return resetsProvoked.take(now: now) ? nil : .calm(.resetsProvokedExceeded, "too many streams in error")
    }

    /// We sent HEADERS or DATA.
    mutating func sentPayload() {
        pingPolicy.sentPayload()
        windowUpdates.earn(4)
    }

    private mutating func usefulFrame() {
        windowUpdates.earn(8)
        priorities.earn(1)
    }
}
