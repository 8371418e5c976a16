import Serving
import Tensors
import Testing

@Suite struct `a condition` {
    private var tensors: [(name: String, tensor: Tensor?)] {
        [
            ("p", Tensor([0.1, 0.7, 0.2] as [Float], dataType: .float32, shape: [1, 3])),
            ("n", Tensor([5] as [Int64], dataType: .int64, shape: [1])),
            ("word", Tensor(strings: ["yes"], shape: [1])), ("gone", nil),
            ("my-tensor", Tensor([1, 0] as [UInt8], dataType: .bool, shape: [2])),
            ("rows", Tensor([1, 9, 4, 2, 3, 3] as [Int32], dataType: .int32, shape: [3, 2])),
        ]
    }

    @Test(arguments: [
        ("max(p) > 0.5", true), ("max(p) > 0.8", false), ("min(p) < 0.2 and argmax(p) == 1", true), ("mean(p) >= 0.4", false),
        ("sum(p) > 0.99 and sum(p) < 1.01", true), ("argmin(p) == 0", true), ("p[1] > p[2]", true), ("count(p) == 3", true),
        ("rows(p) == 1", true),
        ("n == 5", true), ("n + 1 == 6 and n - 1 == 4 and n * 2 == 10 and n / 2 == 2.5", true), ("-n < 0", true), ("abs(-n) == 5", true),
        ("1 + 2 * 3 == 7", true), ("(1 + 2) * 3 == 9", true), ("max(n, 7) == 7 and min(n, 7, 3) == 3", true), ("word == \"yes\"", true),
        ("word != 'yes'", false), ("not (n == 5)", false), ("!true || true", true), ("true && false", false), ("true == (n == 5)", true),
        ("present(gone)", false), ("present(p) and not present(gone)", true), ("max(gone) > 0", false), ("not (max(gone) > 0)", false),
        ("max(gone) > 0 or n == 5", true), ("n == 5 or max(gone) > 0", true), ("sum(`my-tensor`) == 1", true), ("1e-3 < 0.002", true),
        (".5 == 0.5", true),
        ("param('limit', 3) == 8", true), ("param('mode', \"a\") == 'b'", true), ("param('flag', false)", true),
        ("param('none', 2) == 2", true),
        ("param('none', -2) == -2", true), ("n/0 > 1e300", true), ("0/0 == 0/0", false),
    ]) func `holds or does not`(condition: String, expected: Bool) throws {
        let parameters = [
            RequestParameter(name: "limit", value: .int(8)), RequestParameter(name: "mode", value: .string("b")),
            RequestParameter(name: "flag", value: .bool(true)),
        ]
        #expect(try EnsembleTrial.holds(condition, tensors: tensors, parameters: parameters) == expected)
    }

    @Test(arguments: [
        ("max(rows) > 3", [true, true, false]), ("rows[0] == 3", [false, false, true]), ("count(rows) == 2", [true, true, true]),
    ])
    func `may be asked of each row`(condition: String, expected: [Bool]) throws {
        for row in 0..<3 { #expect(try EnsembleTrial.holds(condition, tensors: tensors, row: row) == expected[row]) }
    }

    @Test(arguments: [
        ("max(q) > 1", "the ensemble has no tensor 'q'"), ("max(p)", "is a number, not a truth value"),
        ("p > ", "the condition ends too early"),
        ("n == 'five'", "takes a number, not a text"), ("word > 'a'", "a text has no order"), ("max(word) > 1", "'word' holds texts"),
        ("frobnicate(p) > 1", "there is no function 'frobnicate'"), ("(n == 5", "')' is missing"),
        ("n == 5 5", "something follows the end"),
        ("not n", "'not' takes a truth value, not a number"), ("n and true", "'and' takes a truth value, not a number"),
        ("n == 5 ; x", "no word of a condition"),
        ("'open", "no word of a condition"), ("param(limit, 3) > 1", "takes the parameter's name in quotes"),
        ("param('limit') > 1", "needs a value"),
        ("mean(1, 2) > 1", "'mean' takes the name of a tensor"), ("max(1) > 1", "or several numbers"),
        ("1 + true > 2", "'+' takes a number"),
        ("", "the condition ends too early"), ("* 3 > 1", "'*' cannot stand here"), ("word[0] == 'a'", "holds texts"),
    ]) func `is checked before it is used`(condition: String, reason: String) {
        let error = #expect(throws: ServingError.self) { try EnsembleTrial.holds(condition, tensors: tensors) }
        #expect(error?.message.contains(reason) == true, "\(error?.message ?? "")")
    }

    @Test(arguments: [
        ("p > 1", "'p' stands for one element, but has 3; say which, such as max(p)"), ("p[3] > 1", "'p' has 3 elements, and no [3.0]"),
        ("p[0-1] > 1", "no [-1.0]"), ("param('text', 3) > 1", "parameter 'text' must be a number"),
    ]) func `says what is wrong with a request`(condition: String, reason: String) {
        let error = #expect(throws: ServingError.self) {
            try EnsembleTrial.holds(condition, tensors: tensors, parameters: [RequestParameter(name: "text", value: .string("x"))])
        }
        #expect(error?.message.contains(reason) == true, "\(error?.message ?? "")")
    }

    @Test func `is bounded in length, depth and parts`() {
        for (condition, reason) in [
            (String(repeating: " ", count: 5000) + "true", "may have 4096 bytes"),
            (String(repeating: "(", count: 100) + "true" + String(repeating: ")", count: 100), "nested deeper than 32"),
            (String(repeating: "!", count: 100) + "true", "nested deeper than 32"),
            (String(repeating: "1+", count: 600) + "1 > 0", "more than 512 parts"),
        ] {
            let error = #expect(throws: ServingError.self) { try EnsembleTrial.holds(condition, tensors: []) }
            #expect(error?.message.contains(reason) == true, "\(error?.message ?? "")")
        }
    }

    @Test func `survives any text`() {
        var random = SeededGenerator(seed: 5)
        let pieces = [
            "p", "n", "word", "max(", ")", "(", "[", "]", "and", "or", "not", "1", ".", "e", "'", "\"", "`", ",", "==", "<", "-", "param",
            "*", "/", "é", "\0",
        ]
        for _ in 0..<5000 {
            let text = (0..<(random.next() % 12)).map { _ in pieces[Int(random.next() % UInt64(pieces.count))] }.joined(
                separator: random.next() % 2 == 0 ? " " : "")
            _ = try? EnsembleTrial.holds(text, tensors: tensors)
        }
    }
}
