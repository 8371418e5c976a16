/// Requests per second over time, as pieces in which the rate is constant or changes evenly.
public struct RateProfile: Sendable, Hashable {
    /// A stretch of time. With a burst, `burst` requests come at once at its start and every `burstPeriod` from then on, on top
    /// of the rate.
    public struct Piece: Sendable, Hashable {
        public var nanos: UInt64
        public var startRate: Double
        public var endRate: Double
        public var burst: Int
        public var burstPeriodNanos: UInt64

        public init(nanos: UInt64, from startRate: Double, to endRate: Double, burst: Int = 0, burstPeriodNanos: UInt64 = 1_000_000_000) {
            self.nanos = nanos
            self.startRate = startRate
            self.endRate = endRate
            self.burst = burst
            self.burstPeriodNanos = burstPeriodNanos
        }

        /// Requests that the rate brings in the first `nanos` of the piece; bursts are not counted.
        func requests(after nanos: Double) -> Double {
            let seconds = nanos / 1e9
            let slope = (endRate - startRate) / (Double(self.nanos) / 1e9)
            return startRate * seconds + slope * seconds * seconds / 2
        }

        /// Requests of the whole piece.
        var requests: Double { nanos == 0 ? 0 : (startRate + endRate) / 2 * Double(nanos) / 1e9 }

        /// Nanoseconds into the piece at which `requests` have come; there are at least as many.
        func nanos(until requests: Double) -> Double {
            let slope = (endRate - startRate) / (Double(nanos) / 1e9)
            guard slope.magnitude > 1e-9 else { return startRate > 0 ? requests / startRate * 1e9 : Double(nanos) }
            // slope/2·t² + start·t = requests, in the form that loses no digits.
            let root = Swift.max(0, startRate * startRate + 2 * slope * requests).squareRoot()
            return 2 * requests / (startRate + root) * 1e9
        }
    }

    public var pieces: [Piece]

    public init(_ pieces: [Piece]) { self.pieces = pieces }

    /// One rate for all of a time.
    public init(rate: Double, nanos: UInt64) { self.init([Piece(nanos: nanos, from: rate, to: rate)]) }

    public var totalNanos: UInt64 { pieces.reduce(0) { $0 + $1.nanos } }
    /// Requests that the whole profile asks for.
    public var totalRequests: Double {
        pieces.reduce(0) { total, piece in
            let bursts = piece.burst > 0 ? (piece.nanos + piece.burstPeriodNanos - 1) / piece.burstPeriodNanos : 0
            return total + piece.requests + Double(bursts) * Double(piece.burst)
        }
    }
}
