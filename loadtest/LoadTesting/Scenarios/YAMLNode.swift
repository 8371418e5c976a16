/// A value of a YAML document, and the line it stands on.
struct YAMLNode: Sendable {
    enum Content: Sendable {
        case scalar(String)
        case list([YAMLNode])
        case map([(key: String, line: Int, value: YAMLNode)])
    }

    var line: Int
    var content: Content
}
