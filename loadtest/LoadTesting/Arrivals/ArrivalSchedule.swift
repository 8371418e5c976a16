/// The times at which requests are due, in nanoseconds from the start of a run: a sequence that repeats for a seed.
///
/// One schedule can be dealt out to several event loops: each takes every `of`-th arrival, and together they are the whole.
public struct ArrivalSchedule: Sequence, IteratorProtocol, Sendable {
    public enum Spacing: String, Sendable, CaseIterable {
        /// Evenly, as a metronome.
        case constant
        /// Independently of each other, as many separate users do.
        case poisson
    }

    private enum Source {
        case rate(RateProfile, Spacing)
        case recorded([UInt64])
    }

    private let source: Source
    private let part: Int
    private let parts: Int
    private var random: SeededRandom
    private var piece = 0
    private var pieceStart: UInt64 = 0
    /// Requests of the rate that this part's next arrival waits for, counted from the start of the piece.
    private var due: Double
    private var nextRate: UInt64?
    private var nextBurst: UInt64?
    private var burstLeft = 0
    private var recordedIndex: Int

    /// - Parameters:
    ///   - part: Which of the `parts` this one is, from 0.
    public init(_ profile: RateProfile, spacing: Spacing, seed: UInt64, part: Int = 0, of parts: Int = 1) {
        source = .rate(profile, spacing)
        self.part = part
        self.parts = parts
        random = SeededRandom(seed: seed &+ UInt64(part) &* 0x2545_F491_4F6C_DD1D)
        recordedIndex = part
        due = 0
        due = spacing == .constant ? Double(part) : random.exponential() * Double(parts)
        enterPiece()
        findRate()
    }

    /// Times that were recorded, ascending.
    public init(recorded times: [UInt64], part: Int = 0, of parts: Int = 1) {
        source = .recorded(times)
        self.part = part
        self.parts = parts
        random = SeededRandom(seed: 0)
        recordedIndex = part
        due = 0
    }

    public mutating func next() -> UInt64? {
        guard case .rate = source else {
            guard case .recorded(let times) = source, recordedIndex < times.count else { return nil }
            defer { recordedIndex += parts }
            return times[recordedIndex]
        }
        while true {
            let isBurst = nextBurst.map { burst in nextRate.map { burst <= $0 } ?? true } ?? false
            if isBurst, let burst = nextBurst {
                if burstLeft > 0 {
                    burstLeft -= 1
                    return burst
                }
                advanceBurst()
                continue
            }
            guard let rate = nextRate else { return nil }
            step()
            findRate()
            return rate
        }
    }

    private mutating func step() {
        guard case .rate(_, let spacing) = source else { return }
        due += spacing == .constant ? Double(parts) : random.exponential() * Double(parts)
    }

    private mutating func findRate() {
        nextRate = nil
        guard case .rate(let profile, _) = source else { return }
        while piece < profile.pieces.count {
            let current = profile.pieces[piece]
            if due < current.requests {
                let offset = current.nanos(until: due)
                nextRate = pieceStart + UInt64(Swift.min(Swift.max(0, offset), Double(current.nanos)))
                return
            }
            // A burst that is left in this piece comes before anything of the next.
            if nextBurst != nil { return }
            due -= current.requests
            pieceStart += current.nanos
            piece += 1
            enterPiece()
        }
    }

    private mutating func enterPiece() {
        nextBurst = nil
        guard case .rate(let profile, _) = source, piece < profile.pieces.count, profile.pieces[piece].burst > 0 else { return }
        nextBurst = pieceStart
        burstLeft = share(of: profile.pieces[piece].burst)
    }

    private mutating func advanceBurst() {
        guard case .rate(let profile, _) = source, let burst = nextBurst, piece < profile.pieces.count else { return }
        let current = profile.pieces[piece]
        let (following, overflow) = burst.addingReportingOverflow(Swift.max(1, current.burstPeriodNanos))
        if overflow || following >= pieceStart + current.nanos {
            nextBurst = nil
            if nextRate == nil { findRate() }
        } else {
            nextBurst = following
            burstLeft = share(of: current.burst)
        }
    }

    /// Of a burst, what falls to this part.
    private func share(of burst: Int) -> Int { (burst + parts - 1 - part) / parts }
}
