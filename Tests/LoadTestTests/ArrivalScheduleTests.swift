import LoadTesting
import Testing

@Suite struct `Arrival schedules` {
    private let second: UInt64 = 1_000_000_000

    @Test func `constant arrivals are evenly spaced, and begin at once`() {
        let times = Array(ArrivalSchedule(RateProfile(rate: 1000, nanos: second), spacing: .constant, seed: 1))
        #expect(times.count == 1000)
        #expect(times == (0..<1000).map { UInt64($0) * 1_000_000 })
    }

    @Test(arguments: [1, 2, 3, 7]) func `parts together are the whole`(parts: Int) {
        let profile = RateProfile([
            .init(nanos: second, from: 100, to: 900), .init(nanos: second / 2, from: 0, to: 0, burst: 10, burstPeriodNanos: 100_000_000),
            .init(nanos: second, from: 300, to: 300),
        ])
        let whole = Array(ArrivalSchedule(profile, spacing: .constant, seed: 1))
        let split = (0..<parts).flatMap { Array(ArrivalSchedule(profile, spacing: .constant, seed: 1, part: $0, of: parts)) }
        #expect(split.count == whole.count)
        #expect(split.sorted() == whole.sorted())
        #expect(whole.count == 500 + 50 + 300)
    }

    @Test func `times of one schedule never run backwards`() {
        let profile = RateProfile([
            .init(nanos: second, from: 0, to: 500, burst: 5, burstPeriodNanos: 300_000_000),
            .init(nanos: second, from: 500, to: 0, burst: 3, burstPeriodNanos: second),
        ])
        for spacing in ArrivalSchedule.Spacing.allCases {
            let times = Array(ArrivalSchedule(profile, spacing: spacing, seed: 11))
            #expect(times == times.sorted())
            #expect(times.allSatisfy { $0 <= 2 * second })
        }
    }

    @Test func `a Poisson process has the rate, repeats for a seed, and differs for another`() {
        let profile = RateProfile(rate: 5000, nanos: 10 * second)
        let first = Array(ArrivalSchedule(profile, spacing: .poisson, seed: 42))
        #expect(first == Array(ArrivalSchedule(profile, spacing: .poisson, seed: 42)))
        #expect(first != Array(ArrivalSchedule(profile, spacing: .poisson, seed: 43)))
        // 50,000 arrivals, standard deviation 224.
        #expect((Double(first.count) - 50_000).magnitude < 1200)
        let gaps = zip(first, first.dropFirst()).map { Double($1 - $0) }
        let mean = gaps.reduce(0, +) / Double(gaps.count)
        let variance = gaps.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(gaps.count)
        // An exponential distribution's deviation is its mean.
        #expect((variance.squareRoot() / mean - 1).magnitude < 0.05)
    }

    @Test func `parts of a Poisson process have their share of the rate`() {
        let profile = RateProfile(rate: 4000, nanos: 10 * second)
        let parts = (0..<4).map { Array(ArrivalSchedule(profile, spacing: .poisson, seed: 5, part: $0, of: 4)) }
        for part in parts { #expect((Double(part.count) - 10_000).magnitude < 600) }
        #expect(Set(parts.map(\.first)).count == 4)
    }

    @Test func `a ramp has its requests where its rate is`() {
        let profile = RateProfile([.init(nanos: 10 * second, from: 0, to: 1000)])
        let times = Array(ArrivalSchedule(profile, spacing: .constant, seed: 1))
        #expect(times.count == 5000)
        // After half of the time a quarter of the requests have come.
        #expect((times.count { $0 < 5 * second } - 1250).magnitude <= 1)
        #expect((times.count { $0 >= 9 * second } - 950).magnitude <= 1)
    }

    @Test func `bursts come at once, on top of the rate`() {
        let profile = RateProfile([.init(nanos: 2 * second, from: 10, to: 10, burst: 100, burstPeriodNanos: second)])
        let times = Array(ArrivalSchedule(profile, spacing: .constant, seed: 1))
        #expect(times.count == 20 + 200)
        #expect(times.count { $0 == 0 } == 101)
        #expect(times.count { $0 == second } == 101)
        #expect(profile.totalRequests == 220)
    }

    @Test func `a piece without a rate is silence`() {
        let profile = RateProfile([.init(nanos: second, from: 0, to: 0), .init(nanos: second, from: 100, to: 100)])
        let times = Array(ArrivalSchedule(profile, spacing: .constant, seed: 1))
        #expect(times.count == 100)
        #expect(times.first == second)
    }

    @Test func `recorded times are played as they are`() {
        let times: [UInt64] = [0, 5, 5, 90, 1000]
        #expect(Array(ArrivalSchedule(recorded: times)) == times)
        #expect(Array(ArrivalSchedule(recorded: times, part: 1, of: 2)) == [5, 90])
    }
}
