internal import Text

/// Reads a YAML map key by key. Whatever was not asked for by the end is an error that names the nearest key that was.
package struct YamlMap {
    package let file: String
    package let line: Int
    /// Where the map stands in the document, such as `batching.queue`; empty at the top.
    package let place: String
    private var entries: [YamlNode.Entry]
    private var asked: [String] = []

    package init(_ node: YamlNode, file: String, place: String) throws(YamlError) {
        guard case .map(let entries) = node.content else {
            throw YamlError("\(file):\(node.line): '\(place)' must be a map, not \(node.kind)")
        }
        self.file = file
        self.line = node.line
        self.place = place
        self.entries = entries
    }

    /// The map that a document is; nil when it says nothing.
    package init?(_ bytes: [UInt8], file: String) throws(YamlError) {
        guard let root = try YamlParser.parse(bytes, file: file), root.kind != "nothing" else { return nil }
        try self.init(root, file: file, place: "")
    }

    /// The keys as they stand, for maps whose keys are names.
    package var keys: [String] { entries.map(\.key) }

    package mutating func node(_ key: String) -> YamlNode? {
        asked.append(key)
        guard let index = entries.firstIndex(where: { $0.key == key }) else { return nil }
        let value = entries.remove(at: index).value
        // A key with nothing behind it is a key left out.
        if case .scalar(let text, isPlain: true) = value.content, text.isEmpty || text == "~" || text == "null" { return nil }
        return value
    }

    /// - Throws: for a key that nobody asked for.
    package func finish() throws(YamlError) {
        guard let stray = entries.first else { return }
        let nearest = NearestName.of(stray.key, among: asked)
        let hint = nearest.map { "; did you mean '\($0)'?" } ?? "; known keys are \(asked.sorted().joined(separator: ", "))"
        throw YamlError("\(file):\(stray.line): unknown key '\(stray.key)'\(place.isEmpty ? "" : " in '\(place)'")\(hint)")
    }

    package func path(_ key: String) -> String { place.isEmpty ? key : "\(place).\(key)" }

    package func error(_ node: YamlNode, _ key: String, _ wanted: String) -> YamlError {
        YamlError("\(file):\(node.line): '\(path(key))' must be \(wanted), not \(node.kind)")
    }

    package mutating func map(_ key: String) throws(YamlError) -> YamlMap? {
        guard let node = node(key) else { return nil }
        return try YamlMap(node, file: file, place: path(key))
    }

    /// The items of a list; a single value counts as a list of one.
    package mutating func list(_ key: String) throws(YamlError) -> [YamlNode]? {
        guard let node = node(key) else { return nil }
        if case .list(let items) = node.content { return items }
        return [node]
    }

    package mutating func string(_ key: String) throws(YamlError) -> String? {
        guard let node = node(key) else { return nil }
        guard let text = Self.string(node) else { throw error(node, key, "a word") }
        return text
    }

    /// A list of words; a single one counts as a list of one.
    package mutating func strings(_ key: String) throws(YamlError) -> [String]? {
        guard let items = try list(key) else { return nil }
        var values: [String] = []
        for item in items {
            guard let text = Self.string(item) else { throw error(item, key, "a word or a list of words") }
            values.append(text)
        }
        return values
    }

    package mutating func bool(_ key: String) throws(YamlError) -> Bool? {
        guard let node = node(key) else { return nil }
        switch node.content {
        case .scalar("true", isPlain: true), .scalar("yes", isPlain: true), .scalar("on", isPlain: true): return true
        case .scalar("false", isPlain: true), .scalar("no", isPlain: true), .scalar("off", isPlain: true): return false
        default: throw error(node, key, "true or false")
        }
    }

    package mutating func int(_ key: String, in range: ClosedRange<Int>) throws(YamlError) -> Int? {
        guard let node = node(key) else { return nil }
        guard let value = Self.int(node), range.contains(value) else {
            throw error(node, key, "a whole number\(Self.bounds(range))")
        }
        return value
    }

    package mutating func ints(_ key: String, in range: ClosedRange<Int>) throws(YamlError) -> [Int]? {
        guard let items = try list(key) else { return nil }
        var values: [Int] = []
        for item in items {
            guard let value = Self.int(item), range.contains(value) else {
                throw error(item, key, "a list of whole numbers\(Self.bounds(range))")
            }
            values.append(value)
        }
        return values
    }

    package mutating func double(_ key: String, in range: ClosedRange<Double>) throws(YamlError) -> Double? {
        guard let node = node(key) else { return nil }
        guard let value = Self.double(node), range.contains(value) else { throw error(node, key, "a number\(Self.bounds(range))") }
        return value
    }

    package mutating func doubles(_ key: String, in range: ClosedRange<Double>) throws(YamlError) -> [Double]? {
        guard let items = try list(key) else { return nil }
        var values: [Double] = []
        for item in items {
            guard let value = Self.double(item), range.contains(value) else {
                throw error(item, key, "a list of numbers\(Self.bounds(range))")
            }
            values.append(value)
        }
        return values
    }

    /// A duration with its unit, such as `20ms`, in nanoseconds.
    package mutating func duration(_ key: String) throws(YamlError) -> Int64? {
        guard let node = node(key) else { return nil }
        guard let text = Self.string(node), let nanos = DurationText.nanos(text) else {
            throw error(node, key, "a duration with its unit, such as 20ms, 100us or 5s")
        }
        return nanos
    }

    /// One of a few words.
    package mutating func choice<Choice>(_ key: String, _ choices: [(String, Choice)]) throws(YamlError) -> Choice? {
        guard let node = node(key) else { return nil }
        guard let text = Self.string(node), let choice = choices.first(where: { $0.0 == text }) else {
            throw error(node, key, "one of \(choices.map { "'\($0.0)'" }.joined(separator: ", "))")
        }
        return choice.1
    }

    /// A word or a list of words, each one of `choices`.
    package mutating func choices<Choice>(_ key: String, _ choices: [(String, Choice)]) throws(YamlError) -> [Choice]? {
        guard let items = try list(key) else { return nil }
        var values: [Choice] = []
        for item in items {
            guard let text = Self.string(item), let choice = choices.first(where: { $0.0 == text }) else {
                throw error(item, key, "one of \(choices.map { "'\($0.0)'" }.joined(separator: ", "))")
            }
            values.append(choice.1)
        }
        return values
    }

    package static func string(_ node: YamlNode) -> String? {
        if case .scalar(let text, _) = node.content { text } else { nil }
    }

    package static func int(_ node: YamlNode) -> Int? {
        guard case .scalar(let text, isPlain: true) = node.content else { return nil }
        return Int(text.filter { $0 != "_" })
    }

    package static func double(_ node: YamlNode) -> Double? {
        guard case .scalar(let text, isPlain: true) = node.content, let value = Double(text), value.isFinite else { return nil }
        return value
    }

    private static func bounds(_ range: ClosedRange<Int>) -> String {
        switch (range.lowerBound == .min, range.upperBound == .max) {
        case (true, true): ""
        case (true, false): " of \(range.upperBound) at most"
        case (false, true): " of \(range.lowerBound) at least"
        case (false, false): " from \(range.lowerBound) to \(range.upperBound)"
        }
    }

    private static func bounds(_ range: ClosedRange<Double>) -> String {
        range.upperBound > 1e300 ? " of \(range.lowerBound) at least" : " from \(range.lowerBound) to \(range.upperBound)"
    }
}
