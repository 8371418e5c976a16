import Engine
import Tensors
import Testing

@Suite struct StringOperatorTests {
    @Test func `joining with broadcasting`() throws {
        let result = try apply("StringConcat", [.strings(["a", "b"], [2, 1]), .strings(["x", "y"], [2])])[0]
        #expect(result.shape == [2, 2])
        #expect(result.texts == ["ax", "ay", "bx", "by"])
        #expect(try apply("StringConcat", [.strings([], [0]), .strings(["x"], [1])])[0].texts == [])
        #expect(fault("StringConcat", [.strings(["a", "b"], [2]), .strings(["x", "y", "z"], [3])]) != nil)
    }

    @Test func `splitting at a delimiter and at white space`() throws {
        let fields = try apply("StringSplit", [.strings(["a,b", "", "c,,d"], [3])], outputs: 2, ["delimiter": .string(",")])
        #expect(fields[0].texts == ["a", "b", "", "", "", "", "c", "", "d"])
        #expect(fields[1].int64s == [2, 1, 3])
        let words = try apply("StringSplit", [.strings(["  a  b\tc ", " "], [2])], outputs: 2)
        #expect(words[0].texts == ["a", "b", "c", "", "", ""])
        #expect(words[1].int64s == [3, 0])
        let limited = try apply("StringSplit", [.strings([" a b  c "], [1])], outputs: 2, ["maxsplit": .int(1)])
        #expect(limited[0].texts == ["a", "b  c "])
        #expect(try apply("StringSplit", [.strings([], [0])], outputs: 2)[0].shape == [0, 0])
    }

    @Test func `dropping stop words and changing case`() throws {
        func normalize(_ words: [String], _ attributes: [String: Attribute]) throws -> [String] {
            try apply("StringNormalizer", [.strings(words, [words.count])], attributes)[0].texts
        }
        let stop = Attribute.strings(["the"])
        #expect(try normalize(["The", "Cat"], ["stopwords": stop]) == ["Cat"])
        #expect(try normalize(["The", "Cat"], ["stopwords": stop, "is_case_sensitive": .int(1)]) == ["The", "Cat"])
        #expect(try normalize(["Zürich"], ["case_change_action": .string("UPPER")]) == ["ZÜRICH"])
        #expect(try normalize(["ÇA"], ["case_change_action": .string("LOWER")]) == ["ça"])
        #expect(try normalize(["the"], ["stopwords": stop]) == [""])
        #expect(fault("StringNormalizer", [.strings(["a", "b"], [2, 1])]) != nil)
    }

    private let counts: [String: Attribute] = [
        "mode": .string("TF"), "min_gram_length": .int(1), "max_gram_length": .int(2), "max_skip_count": .int(1),
        "ngram_counts": .ints([0, 2]), "ngram_indexes": .ints([0, 1, 2, 3]), "pool_int64s": .ints([5, 7, 5, 7, 7, 9]),
    ]

    @Test func `n-grams with gaps, single tokens once`() throws {
        let x = Tensor.int64s([5, 8, 7, 9, 5], [5])
        #expect(try apply("TfIdfVectorizer", [x], counts)[0].floats == [2, 1, 1, 1])
        var weighted = counts
        weighted["mode"] = .string("TFIDF")
        weighted["weights"] = .floats([10, 20, 30, 40])
        #expect(try apply("TfIdfVectorizer", [x], weighted)[0].floats == [20, 20, 30, 40])
        #expect(try apply("TfIdfVectorizer", [.int64s([], [2, 0])], counts)[0].floats == [Float](repeating: 0, count: 8))
    }

    @Test func `a pool that contradicts itself is the model's fault`() {
        for (name, value) in [
            ("ngram_counts", Attribute.ints([0, 9])), ("ngram_counts", .ints([-1])), ("ngram_indexes", .ints([0, 1])),
            ("ngram_indexes", .ints([0, 1, 2, -3])), ("max_gram_length", .int(0)), ("max_skip_count", .int(-1)),
        ] {
            var broken = counts
            broken[name] = value
            #expect(fault("TfIdfVectorizer", [.int64s([5], [1])], broken)?.code == .malformedModel, "\(name)")
        }
    }

    @Test func `tokens that an expression matches, between separators, and characters`() throws {
        func tokens(_ text: String, _ attributes: [String: Attribute]) throws -> [String] {
            try apply("Tokenizer", [.strings([text], [1])], version: 1, domain: "com.microsoft", attributes)[0].texts
        }
        #expect(try tokens("The cat, sat", ["tokenexp": .string("[a-zA-Z]+"), "mincharnum": .int(1)]) == ["The", "cat", "sat"])
        #expect(try tokens("aab", ["tokenexp": .string("a|aa|b")]) == ["aa", "b"])
        #expect(try tokens("a b,c", ["separators": .strings([" ", ","])]) == ["a", "b", "c"])
        #expect(try tokens("né", ["separators": .strings([""]), "mark": .int(1)]) == ["\u{2}", "n", "é", "\u{3}"])
        #expect(try tokens(" ", ["tokenexp": .string("\\w+")]) == [])
    }
}
