/// Texts to the numbers of word pieces, as a `tokenizer.json` of BERT's kind says.
struct WordPieceTokenizer: Sendable {
    /// Bytes of one text. Beyond: an error, for the time that it would take.
    static let maxTextBytes = 1 << 20

    private let normalizer: BertNormalizer
    private let vocabulary: [String: Int64]
    private let prefix: String
    private let unknown: Int64
    private let maxWordScalars: Int
    private let added: AddedTokens
    private let frame: TokenFrame
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
        added = try AddedTokens(file.added_tokens ?? [], name: name, isNormalized: true)
        frame = try TokenFrame(file.post_processor, name: name)
        self.maxLength = maxLength ?? file.truncation?.max_length ?? 512
        guard self.maxLength > frame.count else {
            throw ServingError(.invalidArgument, "'\(name)': a length of \(self.maxLength) leaves no room for a text")
        }
        padding = file.padding?.pad_id ?? vocabulary["[PAD]"] ?? 0
    }

    /// The numbers of a text, no more than ``maxLength``.
    func encode(_ text: String) throws(ServingError) -> [Int64] {
        guard text.utf8.count <= Self.maxTextBytes else {
            throw ServingError(.invalidArgument, "a text of \(text.utf8.count) bytes is too long; \(Self.maxTextBytes) are allowed")
        }
        var pieces: [Int64] = []
        let room = maxLength - frame.count
        for part in added.parts(of: text) {
            guard pieces.count < room else { break }
            switch part {
            case .token(let id): pieces.append(id)
            case .text(let text): add(text, to: &pieces, room: room)
            }
        }
        return frame.opening + pieces.prefix(room) + frame.closing
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
