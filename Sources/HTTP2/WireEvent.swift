/// What the wire counts: every limit that acted, and the plain traffic.
public enum WireEvent: Int, CaseIterable, Sendable {
    case connectionsOpened, connectionsClosed, connectionsRefused
    case streamsOpened, streamsClosed
    case bytesReceived, bytesSent

    case resetsReceivedExceeded, resetsProvokedExceeded
    case pingsExceeded, pingStrikesExceeded, settingsExceeded, windowUpdatesExceeded
    case prioritiesExceeded, emptyDataExceeded, unknownFramesExceeded
    case continuationsExceeded, headerListRefused, headerListExceeded
    case outboundAcksExceeded, streamIdentifierReused, protocolErrors

    case prefaceTimedOut, settingsAckTimedOut, headersTimedOut
    case stalledStreams, stalledWrites, idleClosed, keepaliveTimedOut, ageReached, ageGraceExceeded
    case slowBodies, queuedBytesExceeded, connectionMemoryExceeded, tlsFailures
}
