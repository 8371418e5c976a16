/// Operators on strings.
enum TextOperators {
    static let all: [OperatorEntry] = [
        RegexFullMatch.entries, StringConcat.entries, StringNormalizer.entries, StringSplit.entries,
        TfIdfVectorizer.entries, Tokenizer.entries,
    ].flatMap(\.self)
}
