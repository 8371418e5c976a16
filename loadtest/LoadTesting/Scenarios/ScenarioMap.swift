internal import Text
internal import YAML

/// A map of a scenario's document, from which values are taken by their keys; what is left at the end is unknown, and an error.
struct ScenarioMap {
    let file: String
    let line: Int
    private var entries: [YamlNode.Entry]
    private var known: [String] = []

    init(_ node: YamlNode, file: String) throws(LoadError) {
        guard case .map(let entries) = node.content else { throw LoadError("\(file):\(node.line): expected keys and values") }
        self.file = file
        line = node.line
        self.entries = entries
    }

    func error(_ line: Int, _ message: String) -> LoadError { LoadError("\(file):\(line): \(message)") }

    mutating func take(_ key: String) -> YamlNode? {
        known.append(key)
        guard let index = entries.firstIndex(where: { $0.key == key }) else { return nil }
        return entries.remove(at: index).value
    }

    mutating func text(_ key: String) throws(LoadError) -> String? {
        guard let node = take(key) else { return nil }
        return try text(node, key)
    }

    func text(_ node: YamlNode, _ key: String) throws(LoadError) -> String {
        guard case .scalar(let text, _) = node.content else { throw error(node.line, "'\(key)' must be one value") }
        return text
    }

    /// What `convert` makes of a value, or an error that says what was expected.
    mutating func value<Value>(_ key: String, _ expected: String, _ convert: (String) -> Value?) throws(LoadError) -> Value? {
        guard let node = take(key) else { return nil }
        let text = try text(node, key)
        guard let value = convert(text) else { throw error(node.line, "'\(key)' is '\(text)', expected \(expected)") }
        return value
    }

    mutating func integer(_ key: String, _ range: ClosedRange<Int>) throws(LoadError) -> Int? {
        try value(key, "a whole number from \(range.lowerBound) to \(range.upperBound)") { text in
            Int(text).flatMap { range.contains($0) ? $0 : nil }
        }
    }

    mutating func number(_ key: String) throws(LoadError) -> Double? {
        try value(key, "a number from 0 up") { text in Double(text).flatMap { $0 >= 0 && $0.isFinite ? $0 : nil } }
    }

    mutating func duration(_ key: String) throws(LoadError) -> UInt64? {
        try value(key, "a duration such as 5s") { DurationText.parse($0) }
    }

    /// The items of a list; one value counts as a list of one.
    mutating func list(_ key: String) -> [YamlNode] {
        guard let node = take(key) else { return [] }
        if case .list(let items) = node.content { return items }
        return [node]
    }

    /// Refuses keys that nobody took.
    func end() throws(LoadError) {
        guard let left = entries.first else { return }
        let nearest = NearestName.of(left.key, among: known)
        throw error(left.line, "unknown key '\(left.key)'" + (nearest.map { "; did you mean '\($0)'?" } ?? ""))
    }
}
