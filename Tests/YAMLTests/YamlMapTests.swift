import Testing
import YAML

@Suite struct YamlMapTests {
    private func map(_ text: String) throws -> YamlMap? { try YamlMap(Array(text.utf8), file: "a.yaml") }

    private func fault(_ text: String, _ read: (inout YamlMap) throws -> Void) throws -> String? {
        do {
            var map = try #require(try map(text))
            try read(&map)
            try map.finish()
            return nil
        } catch let error as YamlError {
            return error.description
        }
    }

    @Test func `an empty document says nothing`() throws {
        #expect(try map("") == nil)
        #expect(try map("# only a comment\n") == nil)
        #expect(try map("~") == nil)
    }

    @Test func `values are read by their kind`() throws {
        var map = try #require(try map("n: 1_000\nx: 0.5\nb: yes\nt: 20ms\nw: [a, b]\none: a\nempty:\n"))
        #expect(try map.int("n", in: 0...2000) == 1000)
        #expect(try map.double("x", in: 0...1) == 0.5)
        #expect(try map.bool("b") == true)
        #expect(try map.duration("t") == 20_000_000)
        #expect(try map.strings("w") == ["a", "b"])
        #expect(try map.strings("one") == ["a"])
        #expect(try map.string("empty") == nil)
        #expect(try map.string("absent") == nil)
        try map.finish()
    }

    @Test func `faults name file, line and place`() throws {
        #expect(try fault("a: 1\nport: 99999\n") { _ = try $0.int("port", in: 0...65535) } == "a.yaml:2: 'port' must be a whole number from 0 to 65535, not '99999'")
        #expect(try fault("t: 20\n") { _ = try $0.duration("t") }?.hasPrefix("a.yaml:1: 't' must be a duration") == true)
        #expect(try fault("s:\n  b: perhaps\n") { map in
            var inner = try #require(try map.map("s"))
            _ = try inner.bool("b")
        } == "a.yaml:2: 's.b' must be true or false, not 'perhaps'")
        #expect(try fault("w: [a, {b: c}]\n") { _ = try $0.strings("w") } == "a.yaml:1: 'w' must be a word or a list of words, not a map")
    }

    @Test func `a key that nobody asked for is an error with the nearest that was`() throws {
        #expect(try fault("grpc_prot: 1\n") { _ = try $0.int("grpc_port", in: 0...1) } == "a.yaml:1: unknown key 'grpc_prot'; did you mean 'grpc_port'?")
        #expect(try fault("zzz: 1\n") { map in
            _ = try map.string("b")
            _ = try map.string("a")
        } == "a.yaml:1: unknown key 'zzz'; known keys are a, b")
    }

    @Test(arguments: ["a: [1", "a: b: c", "\t- x", "- 1\n", "a: &x 1\n", "a: *x\n", "a: 1\na: 2\n", "a: 1\n---\nb: 2\n", "[x]: 1\n"])
    func `what is no plain map is refused with its line`(_ text: String) throws {
        let error = #expect(throws: YamlError.self) { try map(text) }
        #expect(error?.description.hasPrefix("a.yaml:") == true)
    }

    @Test func `deep nesting and many values stop at their bounds`() {
        let deep = String(repeating: "[", count: 1000)
        #expect(throws: YamlError.self) { try map("a: \(deep)") }
        let many = "a: [" + String(repeating: "1,", count: YamlParser.maxNodes + 1) + "1]"
        #expect(throws: YamlError.self) { try map(many) }
    }
}
