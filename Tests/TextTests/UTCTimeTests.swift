import Testing
import Text

@Suite struct `a time in UTC` {
    @Test(arguments: [
        ("1970-01-01T00:00:00Z", 0), ("2000-02-29T12:00:01Z", 951_825_601), ("2024-02-16T05:11:22.277702400Z", 1_708_060_282),
        ("2026-12-31T23:59:59Z", 1_798_761_599), ("2100-03-01T00:00:00Z", 4_107_542_400),
    ] as [(String, Int64)]) func `is read and written`(_ text: String, _ seconds: Int64) {
        #expect(UTCTime.seconds(text) == seconds)
        #expect(UTCTime.text(seconds) == text.split(separator: ".")[0] + (text.contains(".") ? "Z" : ""))
    }

    @Test(arguments: [
        "", "2024-02-16", "2024-02-16T05:11:22", "2024-02-30T05:11:22Z", "2023-02-29T00:00:00Z", "2024-13-01T00:00:00Z", "1969-12-31T23:59:59Z",
        "2024-02-16T24:00:00Z", "2024-02-16T05:11:22.x2Z", "2024/02/16T05:11:22Z", "2024-02-16T05:11:22+01:00",
    ]) func `is refused when it is none`(_ text: String) { #expect(UTCTime.seconds(text) == nil) }
}
