import Testing
import Text

@Suite struct `a duration in words` {
    @Test(arguments: [
        ("0", 0), ("5s", 5_000_000_000), ("250ms", 250_000_000), ("1.5m", 90_000_000_000), ("2 h", 7_200_000_000_000), ("3us", 3000),
        ("3µs", 3000), ("2min", 120_000_000_000),
    ] as [(String, Int64)]) func `is read`(_ text: String, _ nanos: Int64) { #expect(DurationText.nanos(text) == nanos) }

    @Test(arguments: ["", "5", "s", "-1s", "1e30h", "five s", "5 parsecs", "infs", "nanms"]) func `is refused when it is none`(_ text: String) {
        #expect(DurationText.nanos(text) == nil)
    }
}
