internal import HTTP2

/// Takes answers slowly: bytes that came are granted anew only as fast as a slow client reads. Confined to its event loop.
final class ReadThrottle {
    private static let periodNanos: UInt64 = 50_000_000
    private let bytesPerPeriod: Int
    private let loop: LoopContext
    private var owed: [ObjectIdentifier: (stream: HTTP2Stream, bytes: Int)] = [:]
    private var timer: LoopTimer!

    init(bytesPerSecond: Int, loop: LoopContext) {
        bytesPerPeriod = max(1, bytesPerSecond / 20)
        self.loop = loop
        timer = LoopTimer { [unowned self] now in pay(now) }
    }

    func owe(_ count: Int, to stream: HTTP2Stream) {
        owed[ObjectIdentifier(stream), default: (stream, 0)].bytes += count
        if !timer.isArmed { loop.set(timer, deadline: loop.now &+ Self.periodNanos) }
    }

    private func pay(_ now: UInt64) {
        for (key, debt) in owed {
            let part = min(debt.bytes, bytesPerPeriod)
            debt.stream.consume(part)
            owed[key] = debt.bytes > part && !debt.stream.isClosed ? (debt.stream, debt.bytes - part) : nil
        }
        if !owed.isEmpty { loop.set(timer, deadline: now &+ Self.periodNanos) }
    }
}
