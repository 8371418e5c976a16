/// Words that stand for themselves wherever they are in a text, such as `[MASK]`: found before anything else is done to it.
struct AddedTokens: Sendable {
    enum Part {
        case text(Substring)
        case token(Int64)
    }

    private struct Token {
        var bytes: [UInt8]
        var id: Int64
        /// Swallow the white space before or behind.
        var stripsLeft: Bool
        var stripsRight: Bool
    }

    /// By the first byte, the longest first.
    private var tokens: [UInt8: [Token]] = [:]

    /// - Throws: UNIMPLEMENTED for tokens with rules that are not kept here.
    init(_ tokens: [TokenizerFile.AddedToken], name: String, isNormalized: Bool) throws(ServingError) {
        for token in tokens {
            let bytes = Array(token.content.utf8)
            guard let first = bytes.first else { continue }
            if token.single_word ?? false || (isNormalized && token.normalized ?? false) {
                throw ServingError(
                    .unimplemented,
                    "'\(name)' asks for the added token '\(token.content)' with rules of its own, which this server does not do")
            }
            self.tokens[first, default: []].append(
                Token(bytes: bytes, id: token.id, stripsLeft: token.lstrip ?? false, stripsRight: token.rstrip ?? false))
        }
        for key in self.tokens.keys { self.tokens[key]?.sort { $0.bytes.count > $1.bytes.count } }
    }

    /// The text cut at the tokens in it. One pass.
    func parts(of text: String) -> [Part] {
        guard !tokens.isEmpty else { return [.text(text[...])] }
        let utf8 = text.utf8
        var parts: [Part] = []
        var start = utf8.startIndex
        var place = start
        while place < utf8.endIndex {
            guard let token = tokens[utf8[place]]?.first(where: { utf8[place...].starts(with: $0.bytes) }) else {
                place = utf8.index(after: place)
                continue
            }
            var before = text[start..<place]
            if token.stripsLeft { while let last = before.unicodeScalars.last, last.properties.isWhitespace { before.unicodeScalars.removeLast() } }
            if !before.isEmpty { parts.append(.text(before)) }
            parts.append(.token(token.id))
            place = utf8.index(place, offsetBy: token.bytes.count)
            if token.stripsRight {
                let rest = text[place...].unicodeScalars
                place = rest.firstIndex { !$0.properties.isWhitespace } ?? text.endIndex
            }
            start = place
        }
        if start < utf8.endIndex { parts.append(.text(text[start...])) }
        return parts
    }
}
