/// Which of the peer's stream identifiers were passed over, and so can never be opened (RFC 9113 §5.1.1).
///
/// nghttp2 forgets closed streams, and cannot tell one that was skipped from one that has ended.
struct StreamLedger {
    private var highest: UInt32 = 0
    /// Ranges of skipped identifiers, oldest first. Past `maxGaps` the oldest is forgotten: reuse in it is then ignored, as
    /// nghttp2 does.
    private var gaps: [ClosedRange<UInt32>] = []
    private static let maxGaps = 64

    /// Notes a HEADERS frame; false when it would open a stream that was skipped.
    mutating func accept(_ streamID: UInt32) -> Bool {
        guard streamID & 1 == 1 else { return true }
        if streamID > highest {
            let expected = highest == 0 ? 1 : highest &+ 2
            if streamID > expected {
                if gaps.count == Self.maxGaps { gaps.removeFirst() }
                gaps.append(expected...(streamID &- 2))
            }
            highest = streamID
            return true
        }
        if gaps.isEmpty { return true }
        return !gaps.contains { $0.contains(streamID) }
    }
}
