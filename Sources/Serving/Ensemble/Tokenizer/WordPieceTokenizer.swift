/// Texts to the numbers of word pieces, as a `tokenizer.json` of BERT's kind says.
struct WordPieceTokenizer: Sendable {
    /// Bytes of one text. Beyond: an error, for the time that it would take.
    static let maxTextBytes = 1 << 20

    private let normalizer: BertNormalizer
    private let vocabulary: [String: Int64]
    private let prefix: String
    private let unknown: Int64
    private let maxWordScalars: Int
    /// Numbers before and after a text.
    private let opening: [Int64]
    private let closing: [Int64]
    /// Words that stand for themselves wherever they are, such as `[MASK]`; the longest first.
    private let fixed: [(text: String, id: Int64)]
    let maxLength: Int
    let padding: Int64

    /// - Parameter maxLength: of one text's numbers, the opening and closing ones included; nil for the file's word.
    init(_ file: TokenizerFile, name: String, maxLength: Int?) throws(ServingError) {
        func unsupported(_ what: String) -> ServingError {
            ServingError(.unimplemented, "'\(name)' asks for \(what), which this server does not do")
        }
        if let type = file.model.type, type != "WordPiece" { throw unsupported("the model '\(type)'") }
        guard let normal = file.normalizer, normal.type == "BertNormalizer" else {
            throw unsupported("the normalizer '\(file.normalizer?.type ?? "none")'")
        }
        guard file.pre_tokenizer?.type == "BertPreTokenizer" else {
            throw unsupported("the pre-tokenizer '\(file.pre_tokenizer?.type ?? "none")'")
        }
        let lowercases = normal.lowercase ?? true
        normalizer = BertNormalizer(
            cleans: normal.clean_text ?? true, separatesIdeographs: normal.handle_chinese_chars ?? true,
            stripsAccents: normal.strip_accents ?? lowercases, lowercases: lowercases)
        vocabulary = file.model.vocab
        prefix = file.model.continuing_subword_prefix ?? "##"
        let unknownText = file.model.unk_token ?? "[UNK]"
        guard let unknown = vocabulary[unknownText] else {
            throw ServingError(.invalidArgument, "'\(name)' has no number for '\(unknownText)'")
        }
        self.unknown = unknown
        maxWordScalars = file.model.max_input_chars_per_word ?? 100
        var fixed: [(text: String, id: Int64)] = []
        for token in file.added_tokens ?? [] where !token.content.isEmpty {
            if token.single_word ?? false || token.lstrip ?? false || token.rstrip ?? false || token.normalized ?? false {
                throw unsupported("the added token '\(token.content)' with rules of its own")
            }
            fixed.append((token.content, token.id))
        }
        self.fixed = fixed.sorted { $0.text.utf8.count > $1.text.utf8.count }
        (opening, closing) = try Self.frame(file.post_processor, name: name)
        self.maxLength = maxLength ?? file.truncation?.max_length ?? 512
        guard self.maxLength > opening.count + closing.count else {
            throw ServingError(.invalidArgument, "'\(name)': a length of \(self.maxLength) leaves no room for a text")
        }
        padding = file.padding?.pad_id ?? vocabulary["[PAD]"] ?? 0
    }

    private static func frame(_ processor: TokenizerFile.PostProcessor?, name: String) throws(ServingError) -> ([Int64], [Int64]) {
        guard let processor else { return ([], []) }
        switch processor.type {
        case "BertProcessing":
            guard let cls = processor.cls, let sep = processor.sep else {
                throw ServingError(.invalidArgument, "'\(name)': post_processor lacks cls or sep")
            }
            return ([cls.id], [sep.id])
        case "TemplateProcessing":
            var frame: (opening: [Int64], closing: [Int64]) = ([], [])
            var isPast = false
            for part in processor.single ?? [] {
                if part.Sequence != nil {
                    isPast = true
                } else if let special = part.SpecialToken {
                    guard let ids = processor.special_tokens?[special.id]?.ids else {
                        throw ServingError(.invalidArgument, "'\(name)': post_processor has no number for '\(special.id)'")
                    }
                    if isPast { frame.closing += ids } else { frame.opening += ids }
                }
            }
            return frame
        default:
            throw ServingError(.unimplemented, "'\(name)' asks for the post-processor '\(processor.type)', which this server does not do")
        }
    }

    /// The numbers of a text, no more than ``maxLength``.
    func encode(_ text: String) throws(ServingError) -> [Int64] {
        guard text.utf8.count <= Self.maxTextBytes else {
            throw ServingError(.invalidArgument, "a text of \(text.utf8.count) bytes is too long; \(Self.maxTextBytes) are allowed")
        }
        var pieces: [Int64] = []
        let room = maxLength - opening.count - closing.count
        var rest = text[...]
        while !rest.isEmpty, pieces.count < room {
            // Without such words, the usual case, the whole text is one part.
            guard let (range, id) = firstFixed(in: rest) else {
                add(rest, to: &pieces, room: room)
                break
            }
            add(rest[..<range.lowerBound], to: &pieces, room: room)
            pieces.append(id)
            rest = rest[range.upperBound...]
        }
        return opening + pieces.prefix(room) + closing
    }

    private func firstFixed(in text: Substring) -> (Range<String.Index>, Int64)? {
        var first: (range: Range<String.Index>, id: Int64)?
        for (word, id) in fixed {
            guard let start = Self.find(Array(word.utf8), in: text) else { continue }
            let range = start..<text.utf8.index(start, offsetBy: word.utf8.count)
            if first == nil || range.lowerBound < first!.range.lowerBound { first = (range, id) }
        }
        return first.map { ($0.range, $0.id) }
    }

    private static func find(_ word: [UInt8], in text: Substring) -> String.Index? {
        var index = text.utf8.startIndex
        while let start = text.utf8[index...].firstIndex(of: word[0]) {
            if text.utf8[start...].starts(with: word) { return start }
            index = text.utf8.index(after: start)
        }
        return nil
    }

    private func add(_ text: Substring, to pieces: inout [Int64], room: Int) {
        for word in normalizer.words(of: text) {
            guard pieces.count < room else { return }
            if let whole = vocabulary[word], word.unicodeScalars.count <= maxWordScalars {
                pieces.append(whole)
            } else {
                split(word, into: &pieces)
            }
        }
    }

    /// The longest piece that the vocabulary has, again and again; unknown as a whole when a rest has none.
    private func split(_ word: String, into pieces: inout [Int64]) {
        let scalars = Array(word.unicodeScalars)
        guard scalars.count <= maxWordScalars else { return pieces.append(unknown) }
        var found: [Int64] = []
        var start = 0
        while start < scalars.count {
            var end = scalars.count
            var id: Int64?
            while end > start {
                var view = start == 0 ? String.UnicodeScalarView() : prefix.unicodeScalars
                view.append(contentsOf: scalars[start..<end])
                id = vocabulary[String(view)]
                if id != nil { break }
                end -= 1
            }
            guard let id else { return pieces.append(unknown) }
            found.append(id)
            start = end
        }
        pieces += found
    }
}
