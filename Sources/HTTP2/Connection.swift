public import NIOCore

/// What a connection writes to: a channel, or a test's list.
public protocol ConnectionOutput: AnyObject {
    func write(_ buffer: ByteBuffer)
    func flush()
    /// False while the socket takes no more.
    var isWritable: Bool { get }
    /// Whether reads should go on.
    func setReading(_ isReading: Bool)
    /// Ends the sending side, so that the peer can still read what was sent.
    func closeOutput()
    func close()
}

/// One HTTP/2 connection, either side: drives a `Session`, hands its streams to their handlers, and holds the peer to the
/// limits. Bytes and the time go in, bytes come out; sockets are the caller's.
///
/// Confined to its event loop.
public final class Connection: TimerNode {
    public enum Role: Sendable { case server, client }

    public let role: Role
    public let limits: Limits
    public let loop: LoopContext
    public let counters: WireCounters
    /// Who is at the other end, for logs and statistics.
    public var peer: PeerIdentity
    /// Takes requests; servers only. It must not hold the connection.
    public var acceptor: (any RequestAcceptor)?
    /// Is told of the connection's life.
    public weak var observer: (any ConnectionObserver)?
    unowned(unsafe) let output: any ConnectionOutput

    var session: Session
    var scanner: FrameScanner
    var abuse: AbuseGuard
    var timers: ConnectionTimers
    var phase = Phase.active
    var drain = Drain.none
    var isUnflushed = false
    private var isReadingPaused = false
    /// A header block that the last read cut, kept while other connections use the inbox.
    private var cutHeaders: HeaderArena?
    private unowned(unsafe) var firstStream: HTTP2Stream?
    public private(set) var openStreams = 0
    /// Streams that `counters` does not know of yet: they are told once a turn.
    private var opened = 0
    private var closed = 0
    /// Bytes of bodies that wait for the peer's windows, on all streams.
    public private(set) var queuedBytes = 0
    private var pingsSent: UInt64 = 0

    enum Phase { case active, ending, lingering, closed }
    enum Drain { case none, announced(ping: UInt64), final }

    public init(
        role: Role, limits: Limits, loop: LoopContext, counters: WireCounters, peer: PeerIdentity = PeerIdentity(),
        output: any ConnectionOutput, ageJitter: Double = 0
    ) throws(HTTP2Error) {
        let session = try Session(role: role == .server ? .server : .client, limits: limits, inbox: loop.inbox)
        self.role = role
        self.limits = limits
        self.loop = loop
        self.counters = counters
        self.peer = peer
        self.output = output
        scanner = FrameScanner(prefaceBytes: role == .server ? 24 : 0)
        abuse = AbuseGuard(limits, isServer: role == .server, now: loop.now)
        timers = ConnectionTimers(limits, isServer: role == .server, now: loop.now, ageJitter: ageJitter)
        self.session = session
        super.init()
    }

    /// Sends our SETTINGS. To be called once, first.
    public func start() {
        counters.count(.connectionsOpened)
        session.start(role: role == .server ? .server : .client, limits: limits)
        setNeedsFlush()
        armTimer()
    }

    // MARK: receiving

    /// Bytes from the peer, in a turn of the loop.
    public func receive(_ bytes: UnsafeRawBufferPointer) {
        guard phase == .active else { return }
        let now = loop.now
        counters.count(.bytesReceived, bytes.count)
        timers.received(now: now)
        var start = 0
        while start < bytes.count, phase == .active {
            let end = min(start + limits.receivePieceBytes, bytes.count)
            let piece = UnsafeRawBufferPointer(rebasing: bytes[start..<end])
            var offset = 0
            var frameStart = 0
            var violation: AbuseGuard.Violation?
            while violation == nil, let frame = scanner.next(in: piece, offset: &offset) {
                violation = abuse.received(frame, now: now, openStreams: openStreams)
                // The header of the offending frame has been passed; what was before it is still good.
                if violation == nil { frameStart = offset }
            }
            if let violation {
                feed(UnsafeRawBufferPointer(rebasing: piece[..<max(frameStart, offset - 9)]))
                fail(violation)
            } else {
                feed(piece)
            }
            start = end
        }
        if phase == .active { watchHeaders(now: now) }
        setNeedsFlush()
    }

    private func watchHeaders(now: UInt64) {
        if scanner.isInsideControlFrame {
            if !timers.isSet(.headers) {
                timers.set(.headers, after: limits.headerTimeout, now: now)
                armTimer()
            }
        } else {
            timers.clear(.headers)
        }
    }

    private func feed(_ bytes: UnsafeRawBufferPointer) {
        guard phase == .active, bytes.count > 0 else { return }
        let inbox = loop.inbox
        inbox.prepare(for: limits)
        if cutHeaders != nil { swapHeaders() }
        do throws(HTTP2Error) {
            try session.receive(bytes)
            handleEvents()
        } catch {
            handleEvents()
            if inbox.headerListExceeded {
                fail(.calm(.headerListExceeded, "header list too large"))
            } else if error.code == .enhanceYourCalm {
                let event: WireEvent = error.message.contains("CONTINUATION") ? .continuationsExceeded : .outboundAcksExceeded
                fail(.calm(event, "flooded"))
            } else {
                fail(AbuseGuard.Violation(code: error.code, event: .protocolErrors, reason: "protocol error"))
            }
        }
        if inbox.headers.blockIsOpen { cutHeaders = HeaderArena(); swapHeaders() }
    }

    private func swapHeaders() {
        guard var kept = cutHeaders.take() else { return }
        swap(&kept, &loop.inbox.headers)
        if kept.blockIsOpen { cutHeaders = consume kept }
    }

    // MARK: events

    private func handleEvents() {
        let inbox = loop.inbox
        var index = 0
        while index < inbox.events.count {
            let event = inbox.events[index]
            index += 1
            if phase == .active || phase == .ending {
                handle(event, inbox)
            } else if case .opened(let reference) = event {
                // The socket was lost on the way: the streams that it had are gone, and this one never was.
                reference.release()
            }
        }
        inbox.events.removeAll(keepingCapacity: true)
        inbox.headers.clear()
        if inbox.payloadFramesSent > 0 {
            inbox.payloadFramesSent = 0
            abuse.sentPayload()
        }
    }

    private func handle(_ event: SessionInbox.Event, _ inbox: SessionInbox) {
        switch event {
        case .opened(let reference):
            reference._withUnsafeGuaranteedRef { stream in
                stream.connection = self
                link(stream)
            }
        case .headers(let reference, let block, let endStream):
            reference._withUnsafeGuaranteedRef { stream in
                guard !stream.isClosed else { return }
                if endStream { stream.remoteEnded = true }
                let fields = inbox.headers.fields(of: block)
                if fields.isTooLarge { counters.count(.headerListRefused) }
                if let handler = stream.handler {
                    handler.received(headers: fields, endStream: endStream, on: stream)
                } else if role == .server, owesTooMuch {
                    counters.count(.queuedBytesExceeded)
                    stream.reset(.refusedStream)
                } else {
                    acceptor?.opened(stream, headers: fields, endStream: endStream)
                }
            }
        case .data(let reference, let bytes):
            reference._withUnsafeGuaranteedRef { stream in
                stream.owedBytes += bytes.count
                if let handler = stream.handler {
                    stream.consume(handler.received(data: bytes, on: stream))
                } else {
                    stream.consume(bytes.count)
                }
            }
        case .end(let reference):
            reference._withUnsafeGuaranteedRef { stream in
                stream.remoteEnded = true
                stream.handler?.receivedEnd(on: stream)
            }
        case .reset: break  // `closed` follows, with the code.
        case .closed(let reference, let code): close(reference, code)
        case .settings:
            timers.clear(.preface)
            observer?.connectionIsReady(self)
        case .settingsAcknowledged: timers.clear(.settingsAck)
        case .pingAcknowledged(let payload): pingAcknowledged(payload)
        case .goAway(let last, let code): observer?.connectionIsLeaving(self, lastStreamID: last, code)
        case .endedFirst(let reference):
            // An early answer: the rest of the request would be for nobody.
            guard role == .server else { return }
            reference._withUnsafeGuaranteedRef { stream in
                if !stream.isClosed, !stream.remoteEnded { stream.reset(.noError) }
            }
        case .drained(let reference):
            reference._withUnsafeGuaranteedRef { stream in
                if !stream.isClosed { stream.handler?.canSendMore(on: stream) }
            }
        case .resetSent(let code):
            if let violation = abuse.sentReset(code, now: loop.now) { fail(violation) }
        }
    }

    private func close(_ reference: Unmanaged<HTTP2Stream>, _ code: ErrorCode) {
        var stream = reference.takeRetainedValue()
        // Bytes that the stream still owed belong to the connection's window.
        if stream.owedBytes > 0 { session.consumeConnection(stream.owedBytes) }
        end(stream, code)
        if openStreams == 0 { timers.lastStreamClosed(now: loop.now) }
        if isKnownUniquelyReferenced(&stream) {
            stream.clear()
            loop.inbox.streams.give(stream)
        }
    }

    private func end(_ stream: HTTP2Stream, _ code: ErrorCode) {
        stream.isClosed = true
        unlink(stream)
        changeQueued(by: -stream.outbound.byteCount)
        stream.outbound.removeAll()
        let handler = stream.handler.take()
        handler?.streamClosed(code, on: stream)
    }

    private func link(_ stream: HTTP2Stream) {
        stream.next = firstStream
        firstStream?.previous = stream
        firstStream = stream
        stream.isLinked = true
        openStreams += 1
        opened &+= 1
        timers.streamOpened(now: loop.now)
    }

    private func unlink(_ stream: HTTP2Stream) {
        guard stream.isLinked else { return }
        stream.isLinked = false
        if let previous = stream.previous { previous.next = stream.next } else { firstStream = stream.next }
        stream.next?.previous = stream.previous
        stream.next = nil
        stream.previous = nil
        openStreams -= 1
        closed &+= 1
    }

    /// Every open stream, newest first. `body` may end the stream it is given.
    public func forEachStream(_ body: (HTTP2Stream) -> Void) {
        var stream = firstStream
        while let current = stream {
            stream = current.next
            body(current)
        }
    }

    // MARK: sending

    func setNeedsFlush() {
        guard !isUnflushed else { return }
        isUnflushed = true
        loop.setUnflushed(self)
    }

    /// Sends what the session has, as one write. Called by the loop at the end of a turn.
    func flush() {
        isUnflushed = false
        tellCounters()
        guard phase == .active || phase == .ending else { return }
        let inbox = loop.inbox
        let batch = inbox.output
        inbox.prepare(for: limits)
        while output.isWritable {
            let wasEnding = phase == .ending
            do throws(HTTP2Error) {
                try session.send(to: batch, limit: limits.maxUnsentBytes)
            } catch {
                fail(AbuseGuard.Violation(code: error.code, event: .protocolErrors, reason: "send failed"))
            }
            let count = batch.byteCount
            if count > 0 {
                counters.count(.bytesSent, count)
                batch.drain { output.write($0) }
                output.flush()
            }
            let hadEvents = !inbox.events.isEmpty
            handleEvents()
            // After the GOAWAY of an ending there is nothing more to say, and nobody to say it to once a write has found the
            // peer gone.
            if wasEnding || phase == .lingering || phase == .closed { break }
            if count == 0, !hadEvents, phase == .active { break }
        }
        tellCounters()
        watchWritability()
        if phase == .ending || (!session.wantsRead && !session.wantsWrite) { finish() }
        armTimer()
    }

    private func tellCounters() {
        if opened > 0 { counters.count(.streamsOpened, opened) }
        if closed > 0 { counters.count(.streamsClosed, closed) }
        opened = 0
        closed = 0
    }

    /// The socket takes bytes again, or no more.
    public func writabilityChanged() {
        setNeedsFlush()
    }

    private func watchWritability() {
        if output.isWritable {
            timers.clear(.write)
            if isReadingPaused {
                isReadingPaused = false
                output.setReading(true)
            }
        } else {
            if !timers.isSet(.write) { timers.set(.write, after: limits.stalledWriteTimeout, now: loop.now) }
            if !isReadingPaused {
                isReadingPaused = true
                output.setReading(false)
            }
        }
    }

    func submitHeaders(_ headers: HeaderSource, endStream: Bool, on stream: HTTP2Stream) {
        session.submitResponse(headers, endStream: endStream, on: stream)
        setNeedsFlush()
    }

    @inline(__always)
    func changeQueued(by count: Int) {
        queuedBytes &+= count
        loop.queuedBytes &+= count
    }

    /// The peer reads too little of what it asks for, for itself or for what all peers of the loop leave unread.
    private var owesTooMuch: Bool {
        queuedBytes > limits.maxQueuedBytes
            || (loop.queuedBytes > limits.maxQueuedBytesOnLoop && queuedBytes > limits.streamSendHighWaterBytes)
    }

    /// Whether `count` more bytes of a reply may wait for the peer. One reply alone always may.
    public func mayQueue(_ count: Int) -> Bool {
        if queuedBytes == 0 { return true }
        let isCrowded = loop.queuedBytes > limits.maxQueuedBytesOnLoop
        let most = isCrowded ? limits.maxQueuedBytes : limits.maxQueuedBytesBeforeFailing
        let (sum, overflow) = queuedBytes.addingReportingOverflow(count)
        if !overflow, sum <= most { return true }
        counters.count(.queuedBytesExceeded)
        return false
    }

    func bodyQueued(_ stream: HTTP2Stream) {
        guard stream.isDeferred else { return }
        stream.isDeferred = false
        session.resume(stream.id)
        setNeedsFlush()
    }

    func bodyEnded(_ stream: HTTP2Stream) {
        guard stream.isDeferred else { return }
        if stream.outbound.byteCount == 0, let trailers = stream.trailers.take() {
            // The body is all sent: trailers go without an empty DATA frame before them.
            session.submitTrailers(trailers, on: stream)
        } else {
            stream.isDeferred = false
            session.resume(stream.id)
        }
        setNeedsFlush()
    }

    func submitReset(_ code: ErrorCode, on stream: HTTP2Stream) {
        session.submitReset(code, on: stream.id)
        setNeedsFlush()
    }

    func grant(_ count: Int, on stream: HTTP2Stream) {
        session.consume(count, on: stream.id)
        setNeedsFlush()
    }

    /// Opens a stream, on a client; nil when the connection takes no more.
    public func open(_ headers: HeaderSource, endStream: Bool, handler: any StreamHandler) -> HTTP2Stream? {
        guard phase == .active, role == .client else { return nil }
        let stream = loop.inbox.streams.take()
        stream.connection = self
        stream.handler = handler
        stream.headersSent = true
        stream.localEnded = endStream
        guard let id = session.submitRequest(headers, endStream: endStream, on: stream) else { return nil }
        stream.id = id
        _ = Unmanaged.passRetained(stream)
        link(stream)
        setNeedsFlush()
        return stream
    }

    /// Streams the peer lets a client have open at once.
    public var peerMaxConcurrentStreams: Int { session.peerMaxConcurrentStreams }

    /// Whether the connection is as good as new: neither ending nor ended.
    public var isActive: Bool { phase == .active }

    // MARK: ending

    /// Asks the peer to leave, in two phases; what is open gets `grace` (nanoseconds, 0 for no bound).
    public func beginDrain(reason: StaticString, grace: UInt64) {
        guard phase == .active, case .none = drain else { return }
        drainReason = reason
        session.submitShutdownNotice()
        let ping = sendPing()
        drain = .announced(ping: ping)
        timers.set(.drainPing, after: max(1, limits.goAwayPingTimeout), now: loop.now)
        timers.set(.grace, after: grace, now: loop.now)
        acceptor?.connectionIsDraining(self)
        setNeedsFlush()
        armTimer()
    }

    private var drainReason: StaticString = ""

    private func sendPing() -> UInt64 {
        pingsSent += 1
        session.submitPing(pingsSent)
        setNeedsFlush()
        return pingsSent
    }

    private func pingAcknowledged(_ payload: UInt64) {
        if case .announced(let ping) = drain, ping == payload { finishDrain() }
    }

    private func finishDrain() {
        timers.clear(.drainPing)
        drain = .final
        session.submitGoAway(.noError, reason: drainReason)
        setNeedsFlush()
    }

    func fail(_ violation: AbuseGuard.Violation) {
        guard phase == .active else { return }
        counters.count(violation.event)
        phase = .ending
        session.submitGoAway(violation.code, reason: violation.reason)
        setNeedsFlush()
    }

    /// Ends the connection with GOAWAY and `code`; open streams fail.
    public func terminate(_ code: ErrorCode, reason: StaticString) {
        guard phase == .active else { return }
        phase = .ending
        session.submitGoAway(code, reason: reason)
        setNeedsFlush()
    }

    /// The last frame is on its way: the sending side is closed, and the peer gets a moment to read it.
    private func finish() {
        guard phase == .active || phase == .ending else { return }
        phase = .lingering
        timers.clearAll()
        observer?.connectionWillBeLost(self)
        endStreams(.cancel)
        observer?.connectionIsLost(self)
        output.closeOutput()
        timers.set(.linger, after: max(1, limits.lingerTimeout), now: loop.now)
        if isReadingPaused {
            isReadingPaused = false
            output.setReading(true)
        }
    }

    private func endStreams(_ code: ErrorCode) {
        while let stream = firstStream {
            let reference = Unmanaged.passUnretained(stream)
            end(stream, code)
            reference.release()
        }
        tellCounters()
    }

    private func closeNow() {
        guard phase != .closed else { return }
        output.close()
    }

    /// The peer has sent its last byte.
    public func inputEnded() {
        closeNow()
    }

    /// The socket is gone.
    public func lost() {
        guard phase != .closed else { return }
        phase = .closed
        counters.count(.connectionsClosed)
        loop.cancel(self)
        timers.clearAll()
        observer?.connectionWillBeLost(self)
        endStreams(.cancel)
        observer?.connectionIsLost(self)
    }

    // MARK: time

    private func armTimer() {
        let next = timers.next
        if next < deadline { loop.set(self, deadline: next) }
    }

    public override func timerFired(now: UInt64) {
        while let kind = timers.due(now: now, openStreams: openStreams) {
            due(kind, now: now)
        }
        if phase != .closed { armTimer() }
    }

    private func due(_ kind: ConnectionTimers.Kind, now: UInt64) {
        switch kind {
        case .preface:
            counters.count(.prefaceTimedOut)
            closeNow()
        case .settingsAck:
            fail(AbuseGuard.Violation(code: .settingsTimeout, event: .settingsAckTimedOut, reason: "SETTINGS not acknowledged"))
        case .headers:
            fail(AbuseGuard.Violation(code: .enhanceYourCalm, event: .headersTimedOut, reason: "header block too slow"))
        case .write:
            counters.count(.stalledWrites)
            closeNow()
        case .idle:
            counters.count(.idleClosed)
            terminate(.noError, reason: "connection idle")
        case .keepalive: _ = sendPing()
        case .keepaliveAck:
            counters.count(.keepaliveTimedOut)
            closeNow()
        case .age:
            counters.count(.ageReached)
            beginDrain(reason: "max_age", grace: limits.maxConnectionAgeGrace)
        case .drainPing: finishDrain()
        case .grace:
            counters.count(.ageGraceExceeded)
            acceptor?.connectionMustEnd(self)
            // What was just answered goes out before the end.
            flush()
            terminate(.internalError, reason: "connection grace exceeded")
        case .linger: closeNow()
        case .streamCheck: checkStreams(now: now)
        }
    }

    private func checkStreams(now: UInt64) {
        forEachStream { stream in
            if stream.outbound.byteCount > 0 {
                if stream.progressAt == 0 {
                    stream.progressAt = now
                } else if limits.stalledStreamTimeout > 0, now &- stream.progressAt >= limits.stalledStreamTimeout {
                    counters.count(.stalledStreams)
                    stream.reset(.cancel)
                    return
                }
            }
            if let handler = stream.handler, !handler.isAlive(now: now, on: stream) {
                counters.count(.slowBodies)
                stream.reset(.cancel)
            }
        }
    }
}

/// What is told of a connection's life, on its event loop.
public protocol ConnectionObserver: AnyObject {
    /// The peer's SETTINGS have come.
    func connectionIsReady(_ connection: Connection)
    /// GOAWAY has come: no new streams, and those above `lastStreamID` were not handled.
    func connectionIsLeaving(_ connection: Connection, lastStreamID: Int32, _ code: ErrorCode)
    /// Its open streams are about to be closed, all of them.
    func connectionWillBeLost(_ connection: Connection)
    func connectionIsLost(_ connection: Connection)
}

/// Who is at the other end of a connection.
public struct PeerIdentity: Sendable {
    /// "10.0.0.7:41234", or a socket's path.
    public var address: String
    /// The common name in the client certificate that TLS has verified.
    public var certificateName: String?

    public init(address: String = "", certificateName: String? = nil) {
        self.address = address
        self.certificateName = certificateName
    }
}
