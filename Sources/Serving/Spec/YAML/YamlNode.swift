/// One value of a YAML document, with the line that it stands on.
struct YamlNode: Sendable {
    indirect enum Content: Sendable {
        /// - Parameter isPlain: written without quotes, so that it may be a number or a truth value.
        case scalar(String, isPlain: Bool)
        case list([YamlNode])
        case map([Entry])
    }

    struct Entry: Sendable {
        var key: String
        var line: Int
        var value: YamlNode
    }

    /// Counted from 1.
    var line: Int
    var content: Content

    /// What it is, for messages.
    var kind: String {
        switch content {
        case .scalar(let text, isPlain: true) where text.isEmpty || text == "~" || text == "null": "nothing"
        case .scalar(let text, _): "'\(text)'"
        case .list: "a list"
        case .map: "a map"
        }
    }
}
