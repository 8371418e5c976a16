import Monitoring
import Testing

@Suite struct `log lines` {
    static let line = LogLine(
        timeNanos: 1_769_860_800_123_456_789, level: .info, "loaded",
        fields: [("model", .string("iris")), ("rows", .int(-3)), ("share", .double(0.5)), ("ok", .bool(true)), ("note", .string("two \"words\"\n"))])

    @Test func `as text`() {
        #expect(
            Self.line.text
                == #"2026-01-31T12:00:00.123Z info loaded model=iris rows=-3 share=0.5 ok=true note="two \"words\"\n""#)
    }

    @Test func `as JSON`() {
        #expect(
            Self.line.json
                == #"{"time":"2026-01-31T12:00:00.123Z","level":"info","message":"loaded","model":"iris","rows":-3,"share":0.5,"ok":true,"note":"two \"words\"\n"}"#)
    }

    @Test func `nothing from outside forges a line`() {
        let line = LogLine(timeNanos: 0, level: .error, "a\nb\u{1}", fields: [("x", .string("y\r\n1970 fake=1")), ("e", .string(""))])
        #expect(!line.text.contains("\n"))
        #expect(!line.text.contains("\r"))
        #expect(line.text == #"1970-01-01T00:00:00.000Z error a\nb\u0001 x="y\r\n1970 fake=1" e="""#)
    }

    @Test func `names that are taken are kept apart`() {
        let line = LogLine(timeNanos: 0, level: .info, "m", fields: [("level", .int(1)), ("a", .int(2)), ("a", .double(.nan))])
        #expect(line.json == #"{"time":"1970-01-01T00:00:00.000Z","level":"info","message":"m","level_2":1,"a":2,"a_2":"nan"}"#)
    }

    @Test(arguments: [
        (0, "1970-01-01T00:00:00.000Z"), (951_782_400, "2000-02-29T00:00:00.000Z"), (951_868_799, "2000-02-29T23:59:59.000Z"),
        (4_107_542_399, "2100-02-28T23:59:59.000Z"), (4_107_542_400, "2100-03-01T00:00:00.000Z"), (-1, "1969-12-31T23:59:59.000Z"),
    ] as [(Int64, String)]) func `the calendar is right`(seconds: Int64, text: String) {
        #expect(LogLine(timeNanos: seconds * 1_000_000_000, level: .info, "x").text == "\(text) info x")
    }
}
