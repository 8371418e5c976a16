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
    }

    struct PostProcessor: Decodable {
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
        var type: String
        var single: [Part]?
        var special_tokens: [String: Special]?
        var cls: Pair?
        var sep: Pair?
    }

    struct Model: Decodable {
        var type: String?
        var unk_token: String?
        var continuing_subword_prefix: String?
        var max_input_chars_per_word: Int?
        var vocab: [String: Int64]
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
