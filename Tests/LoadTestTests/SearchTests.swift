import LoadTesting
import Testing

@Suite struct `Searches and sweeps` {
    @Test(arguments: [120.0, 999, 4321, 77_777]) func `find the highest good rate to a twentieth`(limit: Double) throws {
        var search = RateSearch(from: 100)
        var tried: [Double] = []
        while let rate = search.next {
            tried.append(rate)
            search.note(rate: rate, isGood: rate <= limit)
        }
        let best = try #require(search.good)
        #expect(best <= limit && best * 1.06 >= limit)
        #expect(tried.count <= 20)
    }

    @Test func `go down when the first rate is too high`() throws {
        var search = RateSearch(from: 1000)
        while let rate = search.next { search.note(rate: rate, isGood: rate <= 10) }
        let best = try #require(search.good)
        #expect(best > 9 && best <= 10)
    }

    @Test func `end when no rate is good, and at the ceiling`() {
        var none = RateSearch(from: 100)
        while let rate = none.next { none.note(rate: rate, isGood: false) }
        #expect(none.good == nil)
        var all = RateSearch(from: 100, to: 1000)
        while let rate = all.next { all.note(rate: rate, isGood: true) }
        #expect(all.good == 1000)
    }

    @Test(arguments: [("1,2,4", [1, 2, 4]), ("1:16", [1, 2, 4, 8, 16]), ("1:10", [1, 2, 4, 8, 10]), ("2:10:4", [2, 6, 10]), ("8", [8])])
    func `go through concurrencies`(text: String, values: [Int]) throws {
        #expect(try ConcurrencySweep.parse(text) == values)
    }

    @Test(arguments: ["", "0,1", "4:1", "a", "1:2:3:4", "1,,2"]) func `refuse what is no sweep`(text: String) {
        #expect(throws: LoadError.self) { try ConcurrencySweep.parse(text) }
    }

    @Test func `are stable once three runs in a row agree`() {
        var stability = Stability(tolerance: 0.1)
        let runs: [(Double, Double)] = [(1000, 100), (2000, 100), (2050, 104), (1990, 98), (1990, 150)]
        let agreed = runs.map { stability.note(requestsPerSecond: $0.0, medianNanos: $0.1) }
        #expect(agreed == [false, false, false, true, false])
    }
}
