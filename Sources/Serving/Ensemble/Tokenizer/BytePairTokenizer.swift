@_spi(_Unicode) internal import Swift

/// Texts to the numbers of paired bytes, as a `tokenizer.json` of GPT-2's kind says.
struct BytePairTokenizer: Sendable {
    /// Bytes of one text. Beyond: an error, for the time that it would take.
    static let maxTextBytes = 1 << 20

    private struct Pair: Hashable {
        var left: Int64
        var right: Int64
    }

    private struct Merge {
        var rank: Int
        var id: Int64
    }

    private let added: AddedTokens
    private let frame: TokenFrame
    private let composes: Bool
    private let addsBlank: Bool
    private let takesWholeWords: Bool
    private let vocabulary: [String: Int64]
    private let merges: [Pair: Merge]
    /// The number of each byte by itself; -1 for none.
    private let bytes: [Int64]
    private let unknown: Int64?
    let maxLength: Int
    let padding: Int64

    /// - Parameter maxLength: of one text's numbers, the opening and closing ones included; nil for the file's word.
    init(_ file: TokenizerFile, name: String, maxLength: Int?) throws(ServingError) {
        func unsupported(_ what: String) -> ServingError {
            ServingError(.unimplemented, "'\(name)' asks for \(what), which this server does not do")
        }
        let model = file.model
        if let type = model.type, type != "BPE" { throw unsupported("the model '\(type)'") }
        if let rate = model.dropout, rate > 0 { throw unsupported("dropout") }
        if model.byte_fallback ?? false { throw unsupported("byte_fallback") }
        if model.continuing_subword_prefix?.isEmpty == false { throw unsupported("continuing_subword_prefix") }
        if model.end_of_word_suffix?.isEmpty == false { throw unsupported("end_of_word_suffix") }
        switch file.normalizer?.type {
        case nil: composes = false
        case "NFC": composes = true
        case let type?: throw unsupported("the normalizer '\(type)'")
        }
        guard let cutter = file.pre_tokenizer, cutter.type == "ByteLevel", cutter.use_regex ?? true else {
            throw unsupported("the pre-tokenizer '\(file.pre_tokenizer?.type ?? "none")'")
        }
        addsBlank = cutter.add_prefix_space ?? true
        takesWholeWords = model.ignore_merges ?? false
        vocabulary = model.vocab
        let bytes = ByteLevel.signs.map { model.vocab[String($0)] ?? -1 }
        self.bytes = bytes
        unknown = model.unk_token.flatMap { model.vocab[$0] }
        var merges: [Pair: Merge] = [:]
        for (rank, merge) in (model.merges ?? []).enumerated() {
            guard let left = model.vocab[merge.left], let right = model.vocab[merge.right], let id = model.vocab[merge.left + merge.right] else {
                throw ServingError(.invalidArgument, "'\(name)': merge \(rank) joins what the vocabulary does not have")
            }
            let pair = Pair(left: left, right: right)
            if merges[pair] == nil { merges[pair] = Merge(rank: rank, id: id) }
        }
        self.merges = merges
        added = try AddedTokens(file.added_tokens ?? [], name: name, isNormalized: composes)
        frame = try TokenFrame(file.post_processor, name: name)
        self.maxLength = maxLength ?? file.truncation?.max_length ?? 512
        guard self.maxLength > frame.count else {
            throw ServingError(.invalidArgument, "'\(name)': a length of \(self.maxLength) leaves no room for a text")
        }
        padding = file.padding?.pad_id ?? 0
    }

    /// The numbers of a text, no more than ``maxLength``.
    func encode(_ text: String) throws(ServingError) -> [Int64] {
        guard text.utf8.count <= Self.maxTextBytes else {
            throw ServingError(.invalidArgument, "a text of \(text.utf8.count) bytes is too long; \(Self.maxTextBytes) are allowed")
        }
        let room = maxLength - frame.count
        var ids: [Int64] = []
        for part in added.parts(of: text) {
            guard ids.count < room else { break }
            switch part {
            case .token(let id): ids.append(id)
            case .text(let text): add(text, to: &ids, room: room)
            }
        }
        return frame.opening + ids.prefix(room) + frame.closing
    }

    private func add(_ text: Substring, to ids: inout [Int64], room: Int) {
        var whole = text
        if composes { whole = String(String(text)._nfc.reduce(into: String.UnicodeScalarView()) { $0.append($1) })[...] }
        if addsBlank, let first = whole.unicodeScalars.first, first != " " { whole = " " + whole }
        for piece in ByteLevel.pieces(of: whole) {
            guard ids.count < room else { return }
            pair(piece, into: &ids)
        }
    }

    private func pair(_ piece: Substring, into ids: inout [Int64]) {
        if takesWholeWords {
            var word = String.UnicodeScalarView()
            for byte in piece.utf8 { word.append(ByteLevel.signs[Int(byte)]) }
            if let id = vocabulary[String(word)] { return ids.append(id) }
        }
        var symbols: [Int64] = []
        for byte in piece.utf8 {
            if bytes[Int(byte)] >= 0 {
                symbols.append(bytes[Int(byte)])
            } else if let unknown {
                symbols.append(unknown)
            }
        }
        guard symbols.count > 1 else { return ids += symbols }
        var chain = SymbolChain(symbols)
        chain.mergeAll { left, right in merges[Pair(left: left, right: right)].map { ($0.rank, $0.id) } }
        ids += chain.symbols
    }
}

/// A word's symbols while pairs of them are joined, the pair that was learnt first before others. Takes time in proportion to n log n.
private struct SymbolChain {
    private struct Candidate {
        var rank: Int
        var place: Int
        var left: Int64
        var right: Int64

        func comes(before other: Candidate) -> Bool { (rank, place) < (other.rank, other.place) }
    }

    private var ids: [Int64]
    private var next: [Int]
    private var previous: [Int]
    private var isGone: [Bool]
    private var heap: [Candidate] = []

    init(_ ids: [Int64]) {
        self.ids = ids
        next = ids.indices.map { $0 + 1 < ids.count ? $0 + 1 : -1 }
        previous = ids.indices.map { $0 - 1 }
        isGone = ids.map { _ in false }
    }

    var symbols: [Int64] { ids.indices.filter { !isGone[$0] }.map { ids[$0] } }

    mutating func mergeAll(_ merge: (Int64, Int64) -> (rank: Int, id: Int64)?) {
        for place in ids.indices.dropLast() { consider(place, merge) }
        while let best = pop() {
            let place = best.place
            guard !isGone[place], next[place] >= 0, ids[place] == best.left, ids[next[place]] == best.right,
                let id = merge(best.left, best.right)?.id
            else { continue }
            let gone = next[place]
            ids[place] = id
            isGone[gone] = true
            next[place] = next[gone]
            if next[gone] >= 0 { previous[next[gone]] = place }
            consider(place, merge)
            if previous[place] >= 0 { consider(previous[place], merge) }
        }
    }

    private mutating func consider(_ place: Int, _ merge: (Int64, Int64) -> (rank: Int, id: Int64)?) {
        guard next[place] >= 0, let found = merge(ids[place], ids[next[place]]) else { return }
        heap.append(Candidate(rank: found.rank, place: place, left: ids[place], right: ids[next[place]]))
        var child = heap.count - 1
        while child > 0, heap[child].comes(before: heap[(child - 1) / 2]) {
            heap.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    private mutating func pop() -> Candidate? {
        guard let first = heap.first else { return nil }
        let last = heap.removeLast()
        guard !heap.isEmpty else { return first }
        heap[0] = last
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count && heap[child].comes(before: heap[least]) { least = child }
            if least == parent { return first }
            heap.swapAt(parent, least)
            parent = least
        }
    }
}
