import LoadTesting
import Testing

@Suite struct `Numbers as text` {
    @Test(
        arguments: [
            ("5s", 5_000_000_000), ("250ms", 250_000_000), ("1.5us", 1500), ("2m", 120_000_000_000), ("3", 3_000_000_000),
            ("1h", 3_600_000_000_000), ("0", 0),
        ] as [(String, UInt64)])
    func `durations are read`(text: String, nanos: UInt64) {
        #expect(DurationText.parse(text) == nanos)
    }

    @Test(arguments: ["", "s", "-1s", "1x", "1 s", "1e9s", "99999999h", "1.2.3s"]) func `what is no duration is refused`(text: String) {
        #expect(DurationText.parse(text) == nil)
    }

    @Test func `numbers have the digits they are asked for`() {
        #expect(Decimals.fixed(1.005, 1) == "1.0")
        #expect(Decimals.fixed(-2.5, 2) == "-2.50")
        #expect(Decimals.fixed(0.0004, 3) == "0.000")
        #expect(Decimals.fixed(.infinity, 2) == "–")
        #expect(Decimals.grouped(1_234_567) == "1\u{202f}234\u{202f}567")
        #expect(Decimals.grouped(123) == "123")
        #expect(Decimals.significant(12.345) == "12.3")
    }

    @Test(arguments: [("5%", 0.05), ("0.5", 0.5), ("100%", 1)]) func `shares are read`(text: String, share: Double) {
        #expect(Share.parse(text) == share)
        #expect(Share.parse("1.5") == nil && Share.parse("x") == nil && Share.parse("-1%") == nil)
    }
}
