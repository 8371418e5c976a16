import Engine
import Tensors
import Testing

@Suite struct RegularExpressionTests {
    private func matches(_ pattern: String, _ text: String) throws -> Bool {
        try apply("RegexFullMatch", [.strings([text], [1])], ["pattern": .string(ByteString(pattern))])[0].elements(as: Bool.self)[0]
    }

    @Test(arguments: [
        ("abc", "abc", true), ("abc", "abcd", false), ("a*", "", true), ("a|b", "b", true), ("a|b", "ab", false),
        ("[a-c]+", "abcabc", true), ("[^a-c]", "d", true), ("[^a-c]", "b", false), ("[]a]+", "]a", true), ("[a\\]]", "]", true),
        (".", "\n", false), ("(?s).", "\n", true), ("\\d{2,3}", "12", true), ("\\d{2,3}", "1", false), ("\\d{2,3}", "1234", false),
        ("a{,2}", "a{,2}", true), ("x{2}", "xx", true), ("(ab)?c", "abc", true), ("(?:ab)+?", "abab", true),
        ("(?P<name>a)b", "ab", true), ("(?i)straße", "STRAßE", true), ("(?i:a)b", "Ab", true), ("(?i:a)b", "AB", false),
        ("\\w+@\\w+\\.com", "me@site.com", true), ("[[:alpha:]]+", "abc", true), ("[[:^digit:]]+", "12", false),
        ("\\pL+", "Zürich", true), ("\\p{Lu}\\p{Ll}+", "Genève", true), ("\\P{L}+", "12", true), ("\\x41\\x{1F600}", "A😀", true),
        ("^abc$", "abc", true), ("\\Aa\\z", "a", true), ("a\\b b", "a b", true), ("a\\Bb", "ab", true), ("a\\bb", "ab", false),
        ("\\Qa.b\\E+", "a.bbb", true), ("\\Qa.b\\E", "axb", false), ("(?m)^a$\\n^b$", "a\nb", true), ("()*", "", true),
        ("(a*)*", "aaa", true), ("", "", true), ("", "a", false), ("é", "é", true), ("\\101", "A", true), ("\\s\\S", " x", true),
    ])
    func `what matches the whole text`(_ pattern: String, _ text: String, _ expected: Bool) throws {
        #expect(try matches(pattern, text) == expected, "\(pattern) on \(text)")
    }

    @Test(arguments: [
        "(", ")", "[a", "*", "a**", "a{1001}", "a{3,2}", "\\", "[b-a]", "(?=a)", "\\1", "\\y", "[[:nope:]]", "\\p{Greek}", "\\C", "(?P<>a)",
        "x{1000}{1000}", "((a{100}){100}){100}", "\\x{110000}", "(?i",
    ])
    func `what is no expression is refused`(_ pattern: String) {
        #expect(fault("RegexFullMatch", [.strings([""], [1])], ["pattern": .string(ByteString(pattern))]) != nil, "\(pattern)")
    }

    @Test func `groups within groups have a bound`() {
        let pattern = String(repeating: "(", count: 5000) + String(repeating: ")", count: 5000)
        #expect(fault("RegexFullMatch", [.strings([""], [1])], ["pattern": .string(ByteString(pattern))]) != nil)
    }

    @Test(.timeLimit(.minutes(1))) func `what explodes elsewhere takes linear time`() throws {
        #expect(try !matches("(a+)+b", String(repeating: "a", count: 5000)))
        #expect(try matches(String(repeating: "a?", count: 100) + String(repeating: "a", count: 100), String(repeating: "a", count: 100)))
    }

    @Test func `bytes that are no text match nothing`() throws {
        let broken = Tensor(strings: [ByteString(bytes: [0xFF])], shape: [1])
        #expect(try apply("RegexFullMatch", [broken], ["pattern": .string(".*")])[0].elements(as: Bool.self) == [false])
    }
}
