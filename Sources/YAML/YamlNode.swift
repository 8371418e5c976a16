/// One value of a YAML document, with the line that it stands on.
package struct YamlNode: Sendable {
    package indirect enum Content: Sendable {
        /// - Parameter isPlain: written without quotes, so that it may be a number or a truth value.
        case scalar(String, isPlain: Bool)
        case list([YamlNode])
        case map([Entry])
    }

    package struct Entry: Sendable {
        package var key: String
        package var line: Int
        package var value: YamlNode
    }

    /// Counted from 1.
    package var line: Int
    package var content: Content

    /// What it is, for messages.
    package var kind: String {
        switch content {
        case .scalar(let text, isPlain: true) where text.isEmpty || text == "~" || text == "null": "nothing"
        case .scalar(let text, _): "'\(text)'"
        case .list: "a list"
        case .map: "a map"
        }
    }
}
