internal import FoundationEssentials

/// What is read of a `tokenizer.json`. What a part of it asks for and is not done here is an error, never a silent difference.
struct TokenizerFile: Decodable {
    struct AddedToken: Decodable {
        var id: Int64
        var content: String
        var single_word: Bool?
        var lstrip: Bool?
        var rstrip: Bool?
        var normalized: Bool?
    }

    struct Normalizer: Decodable {
        var type: String
        var clean_text: Bool?
        var handle_chinese_chars: Bool?
        var strip_accents: Bool?
        var lowercase: Bool?
    }

    struct PreTokenizer: Decodable {
        var type: String
        var add_prefix_space: Bool?
        var use_regex: Bool?
    }

    final class PostProcessor: Decodable, Sendable {
        struct Part: Decodable {
            struct Piece: Decodable {
                var id: String
                var type_id: Int64
            }
            var SpecialToken: Piece?
            var Sequence: Piece?
        }
        struct Special: Decodable {
            var ids: [Int64]
        }
        struct Pair: Decodable {
            var token: String
            var id: Int64
            init(from decoder: any Decoder) throws {
                var list = try decoder.unkeyedContainer()
                token = try list.decode(String.self)
                id = try list.decode(Int64.self)
            }
        }
        let type: String
        let single: [Part]?
        let special_tokens: [String: Special]?
        let cls: Pair?
        let sep: Pair?
        let processors: [PostProcessor]?
    }

    struct Model: Decodable {
        var type: String?
        var unk_token: String?
        var continuing_subword_prefix: String?
        var max_input_chars_per_word: Int?
        var end_of_word_suffix: String?
        var dropout: Double?
        var byte_fallback: Bool?
        var ignore_merges: Bool?
        var merges: [Merge]?
        var vocab: [String: Int64]
    }

    /// Two symbols that become one: in a list, or in one text with a blank between them.
    struct Merge: Decodable {
        var left: String
        var right: String

        init(from decoder: any Decoder) throws {
            let single = try decoder.singleValueContainer()
            let parts: [String]
            if let text = try? single.decode(String.self) {
                parts = text.split(separator: " ", maxSplits: 1).map(String.init)
            } else {
                parts = try single.decode([String].self)
            }
            guard parts.count == 2 else {
                throw DecodingError.dataCorruptedError(in: single, debugDescription: "a merge of \(parts.count) symbols")
            }
            (left, right) = (parts[0], parts[1])
        }
    }

    struct Truncation: Decodable {
        var max_length: Int
    }

    struct Padding: Decodable {
        var pad_id: Int64
    }

    var added_tokens: [AddedToken]?
    var normalizer: Normalizer?
    var pre_tokenizer: PreTokenizer?
    var post_processor: PostProcessor?
    var model: Model
    var truncation: Truncation?
    var padding: Padding?

    static func read(_ json: [UInt8], name: String) throws(ServingError) -> TokenizerFile {
        do {
            return try JSONDecoder().decode(TokenizerFile.self, from: Data(json))
        } catch {
            throw ServingError(.invalidArgument, "'\(name)' is no tokenizer with a vocabulary of words: \(Self.reason(error))")
        }
    }

    private static func reason(_ error: any Error) -> String {
        guard let error = error as? DecodingError else { return "it is not JSON" }
        switch error {
        case .keyNotFound(let key, _): return "'\(key.stringValue)' is missing"
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
            let path = context.codingPath.map(\.stringValue).joined(separator: ".")
            return path.isEmpty ? context.debugDescription : "\(path): \(context.debugDescription)"
        @unknown default: return "it is not JSON"
        }
    }
}
