/// The clocks of one connection. Pure: what happened and the time go in, what is due comes out.
///
/// Deadlines that move with every request are not moved at once: they are looked at again when the old one comes.
struct ConnectionTimers {
    enum Kind: Int {
        case preface, settingsAck, headers, write, idle, keepalive, keepaliveAck, age, drainPing, grace, linger, streamCheck
    }

    private var deadlines = InlineArray<12, UInt64>(repeating: .max)
    private var receivedAt: UInt64
    private var idleSince: UInt64
    private let idleTimeout: UInt64
    private let keepaliveInterval: UInt64
    private let keepaliveTimeout: UInt64
    private let checkInterval: UInt64

    /// `ageJitter` is between -1 and 1, and moves the greatest age by up to a tenth.
    init(_ limits: Limits, isServer: Bool, now: UInt64, ageJitter: Double) {
        receivedAt = now
        idleSince = now
        idleTimeout = limits.idleTimeout
        keepaliveInterval = limits.keepaliveInterval
        keepaliveTimeout = limits.keepaliveTimeout
        let stalled = limits.stalledStreamTimeout == 0 ? .seconds(20) : limits.stalledStreamTimeout
        checkInterval = min(max(stalled / 4, .milliseconds(250)), .seconds(5))
        set(.preface, after: limits.prefaceTimeout, now: now)
        set(.settingsAck, after: limits.settingsAckTimeout, now: now)
        if isServer {
            set(.idle, after: idleTimeout, now: now)
            let age = Double(limits.maxConnectionAge)
            if age > 0 { set(.age, after: UInt64(age + age / 10 * min(max(ageJitter, -1), 1)), now: now) }
        }
        set(.keepalive, after: keepaliveInterval, now: now)
    }

    /// When `due` should be asked next; `.max` for never.
    var next: UInt64 {
        var least = UInt64.max
        for index in deadlines.indices where deadlines[index] < least { least = deadlines[index] }
        return least
    }

    func isSet(_ kind: Kind) -> Bool { deadlines[kind.rawValue] != .max }

    /// Sets a deadline `timeout` from now; a timeout of 0 means never.
    mutating func set(_ kind: Kind, after timeout: UInt64, now: UInt64) {
        let (time, overflow) = now.addingReportingOverflow(timeout)
        deadlines[kind.rawValue] = timeout == 0 || overflow ? .max : time
    }

    mutating func clear(_ kind: Kind) { deadlines[kind.rawValue] = .max }

    mutating func clearAll() {
        for index in deadlines.indices { deadlines[index] = .max }
    }

    mutating func received(now: UInt64) {
        receivedAt = now
        clear(.keepaliveAck)
    }

    mutating func streamOpened(now: UInt64) {
        if !isSet(.streamCheck) { set(.streamCheck, after: checkInterval, now: now) }
    }

    mutating func lastStreamClosed(now: UInt64) {
        idleSince = now
        if !isSet(.idle) { set(.idle, after: idleTimeout, now: now) }
    }

    /// One thing whose time has come, taken off the list; nil when there is none.
    mutating func due(now: UInt64, openStreams: Int) -> Kind? {
        for index in deadlines.indices where deadlines[index] <= now {
            guard let kind = Kind(rawValue: index) else { continue }
            clear(kind)
            switch kind {
            case .idle:
                if openStreams > 0 { continue }
                if now < idleSince &+ idleTimeout {
                    set(.idle, after: idleSince &+ idleTimeout &- now, now: now)
                    continue
                }
            case .keepalive:
                if now < receivedAt &+ keepaliveInterval {
                    set(.keepalive, after: receivedAt &+ keepaliveInterval &- now, now: now)
                    continue
                }
                set(.keepalive, after: keepaliveInterval, now: now)
                set(.keepaliveAck, after: keepaliveTimeout, now: now)
            case .streamCheck:
                if openStreams == 0 { continue }
                set(.streamCheck, after: checkInterval, now: now)
            default: break
            }
            return kind
        }
        return nil
    }
}
