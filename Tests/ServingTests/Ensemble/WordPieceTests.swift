import Serving
import Tensors
import Testing

/// The numbers were made with the Python package `tokenizers` from the same file.
@Suite struct `word pieces` {
    private static let words = [
        "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "the", "quick", "##er", "un", "##aff", "##able", "##s", "brown", "fox", "uber",
        "über", ".", ",",
        "!", "?", "-", "'", "a", "b", "c", "##a", "##b", "##c", "1", "2", "##1", "##2", "中", "国", "don", "t", "cafe", "$", "«", "»", "e",
        "##e", "i", "##i",
    ]

    private static func file(lowercase: Bool, extra: String = "") -> [UInt8] {
        let vocabulary = words.enumerated().map { "\"\($0.element)\": \($0.offset)" }.joined(separator: ", ")
        let added = (0..<5).map { "{\"id\": \($0), \"content\": \"\(words[$0])\", \"special\": true, \"normalized\": false}" }.joined(
            separator: ", ")
        return Array(
            """
            {"truncation": {"max_length": 8}, "added_tokens": [\(added)],
             "normalizer": {"type": "BertNormalizer", "clean_text": true, "strip_accents": null, "lowercase": \(lowercase)},
             "pre_tokenizer": {"type": "BertPreTokenizer"},
             "post_processor": {"type": "TemplateProcessing",
               "single": [{"SpecialToken": {"id": "[CLS]", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}, {"SpecialToken": {"id": "[SEP]", "type_id": 0}}],
               "special_tokens": {"[CLS]": {"ids": [2]}, "[SEP]": {"ids": [3]}}},
             \(extra)
             "model": {"type": "WordPiece", "unk_token": "[UNK]", "max_input_chars_per_word": 12, "vocab": {\(vocabulary)}}}
            """.utf8)
    }

    private static let texts: [(text: String, lower: [Int64], cased: [Int64])] = [
        ("", [2, 3], [2, 3]), ("The quicker brown fox.", [2, 5, 6, 7, 12, 13, 16, 3], [2, 1, 6, 7, 12, 13, 16, 3]),
        ("unaffable!", [2, 8, 9, 10, 18, 3], [2, 8, 9, 10, 18, 3]), ("UNAFFABLES?", [2, 8, 9, 10, 11, 19, 3], [2, 1, 19, 3]),
        ("Über café", [2, 14, 36, 3], [2, 1, 1, 3]), ("  a\tb\nc  ", [2, 22, 23, 24, 3], [2, 22, 23, 24, 3]),
        ("中国abc", [2, 32, 33, 22, 26, 27, 3], [2, 32, 33, 22, 26, 27, 3]), ("don't", [2, 34, 21, 35, 3], [2, 34, 21, 35, 3]),
        ("a[MASK]b", [2, 22, 4, 23, 3], [2, 22, 4, 23, 3]), ("[mask]", [2, 1, 1, 1, 3], [2, 1, 1, 1, 3]),
        ("abcabcabcabcabc", [2, 1, 3], [2, 1, 3]),
        ("zzz", [2, 1, 3], [2, 1, 3]), ("a\u{0}b\u{200b}c", [2, 22, 26, 27, 3], [2, 22, 26, 27, 3]),
        ("$1-2", [2, 37, 28, 20, 29, 3], [2, 37, 28, 20, 29, 3]),
        ("«a»", [2, 38, 22, 39, 3], [2, 38, 22, 39, 3]), ("İi", [2, 42, 43, 3], [2, 1, 3]),
        ("aaaaaaaaaaaa", [2, 22, 25, 25, 25, 25, 25, 3], [2, 22, 25, 25, 25, 25, 25, 3]), ("aaaaaaaaaaaaa", [2, 1, 3], [2, 1, 3]),
        ("the the the the the the the the the the", [2, 5, 5, 5, 5, 5, 5, 3], [2, 5, 5, 5, 5, 5, 5, 3]),
    ]

    @Test(arguments: [true, false]) func `are those of the reference`(lowercase: Bool) throws {
        for (text, lower, cased) in Self.texts {
            let results = try EnsembleTrial.run(
                "wordpiece", options: ["file": .text("tokenizer.json")], inputs: ["x": Tensor(strings: [ByteString(text)], shape: [1])],
                files: ["tokenizer.json": Self.file(lowercase: lowercase)])
            #expect(results[0].elements(as: Int64.self) == (lowercase ? lower : cased), "\(text)")
        }
    }

    @Test func `fill shorter rows up and mask what they filled`() throws {
        let results = try EnsembleTrial.run(
            "wordpiece", options: ["file": .text("t.json"), "max_length": .number(4)],
            inputs: ["x": Tensor(strings: ["a", "a b c"], shape: [2, 1])], files: ["t.json": Self.file(lowercase: true)])
        #expect(results[0].shape == [2, 4])
        #expect(results[0].elements(as: Int64.self) == [2, 22, 3, 0, 2, 22, 23, 3])
        #expect(results[1].elements(as: Int64.self) == [1, 1, 1, 0, 1, 1, 1, 1])
        #expect(results[2].elements(as: Int64.self) == [0, 0, 0, 0, 0, 0, 0, 0])
    }

    @Test(arguments: [
        ("{}", "'model' is missing"), ("[1", "'t.json' is no tokenizer with a vocabulary of words: "),
        ("{\"model\": {\"type\": \"BPE\", \"vocab\": {}}}", "asks for the model 'BPE'"),
        ("{\"model\": {\"type\": \"WordPiece\", \"vocab\": {\"[UNK]\": 0}}}", "asks for the normalizer 'none'"),
    ]) func `say what of a file they do not do`(json: String, reason: String) {
        let error = #expect(throws: ServingError.self) {
            try EnsembleTrial.run(
                "wordpiece", options: ["file": .text("t.json")], inputs: ["x": Tensor(strings: ["a"], shape: [1])],
                files: ["t.json": Array(json.utf8)])
        }
        #expect(error?.message.contains(reason) == true, "\(error?.message ?? "")")
    }

    @Test func `a file that is not there is named`() {
        let harness = ensembleHarness(
            [:],
            ensembles: [
                "e":
                    "inputs: [{name: x, datatype: BYTES, shape: [-1]}]\nsteps: [{op: wordpiece, with: {file: none.json}, inputs: {x: x}, outputs: {ids: y}}]"
            ])
        #expect(harness.reason("e").contains("step 'wordpiece': 'wordpiece' needs the file 'none.json'"), "\(harness.reason("e"))")
    }

    @Test func `pooling takes the mean of what the mask lets through`() throws {
        let x = Tensor([1, 2, 3, 4, 100, 100, 5, 5, 6, 6, 7, 7] as [Float], dataType: .float32, shape: [2, 3, 2])
        let mask = Tensor([1, 1, 0, 0, 0, 0] as [Int64], dataType: .int64, shape: [2, 3])
        #expect(try EnsembleTrial.run("mean_pool", inputs: ["x": x, "mask": mask])[0].elements(as: Float.self) == [2, 3, 0, 0])
        let unit = try EnsembleTrial.run("mean_pool", options: ["normalize": .flag(true)], inputs: ["x": x, "mask": mask])[0].elements(
            as: Float.self)
        #expect((unit[0] * unit[0] + unit[1] * unit[1] - 1).magnitude < 1e-6)
    }
}
