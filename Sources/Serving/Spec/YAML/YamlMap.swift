/// Reads a YAML map key by key. Whatever was not asked for by the end is an error that names the nearest key that was.
struct YamlMap {
    let file: String
    let line: Int
    /// Where the map stands in the document, such as `batching.queue`; empty at the top.
    let place: String
    private var entries: [YamlNode.Entry]
    private var asked: [String] = []

    init(_ node: YamlNode, file: String, place: String) throws(ServingError) {
        guard case .map(let entries) = node.content else {
            throw ServingError(.invalidArgument, "\(file):\(node.line): '\(place)' must be a map, not \(node.kind)")
        }
        self.file = file
        self.line = node.line
        self.place = place
        self.entries = entries
    }

    /// The keys as they stand, for maps whose keys are names.
    var keys: [String] { entries.map(\.key) }

    mutating func node(_ key: String) -> YamlNode? {
        asked.append(key)
        guard let index = entries.firstIndex(where: { $0.key == key }) else { return nil }
        let value = entries.remove(at: index).value
        // A key with nothing behind it is a key left out.
        if case .scalar(let text, isPlain: true) = value.content, text.isEmpty || text == "~" || text == "null" { return nil }
        return value
    }

    /// - Throws: for a key that nobody asked for.
    func finish() throws(ServingError) {
        guard let stray = entries.first else { return }
        let nearest = EditDistance.nearest(to: stray.key, among: asked)
        let hint = nearest.map { "; did you mean '\($0)'?" } ?? "; known keys are \(asked.sorted().joined(separator: ", "))"
        throw ServingError(.invalidArgument, "\(file):\(stray.line): unknown key '\(stray.key)'\(place.isEmpty ? "" : " in '\(place)'")\(hint)")
    }

    func path(_ key: String) -> String { place.isEmpty ? key : "\(place).\(key)" }

    func error(_ node: YamlNode, _ key: String, _ wanted: String) -> ServingError {
        ServingError(.invalidArgument, "\(file):\(node.line): '\(path(key))' must be \(wanted), not \(node.kind)")
    }

    mutating func map(_ key: String) throws(ServingError) -> YamlMap? {
        guard let node = node(key) else { return nil }
        return try YamlMap(node, file: file, place: path(key))
    }

    /// The items of a list; a single value counts as a list of one.
    mutating func list(_ key: String) throws(ServingError) -> [YamlNode]? {
        guard let node = node(key) else { return nil }
        if case .list(let items) = node.content { return items }
        return [node]
    }

    mutating func string(_ key: String) throws(ServingError) -> String? {
        guard let node = node(key) else { return nil }
        guard let text = Self.string(node) else { throw error(node, key, "a word") }
        return text
    }

    mutating func bool(_ key: String) throws(ServingError) -> Bool? {
        guard let node = node(key) else { return nil }
        switch node.content {
        case .scalar("true", isPlain: true), .scalar("yes", isPlain: true), .scalar("on", isPlain: true): return true
        case .scalar("false", isPlain: true), .scalar("no", isPlain: true), .scalar("off", isPlain: true): return false
        default: throw error(node, key, "true or false")
        }
    }

    mutating func int(_ key: String, in range: ClosedRange<Int>) throws(ServingError) -> Int? {
        guard let node = node(key) else { return nil }
        guard let value = Self.int(node), range.contains(value) else {
            throw error(node, key, "a whole number\(Self.bounds(range))")
        }
        return value
    }

    mutating func ints(_ key: String, in range: ClosedRange<Int>) throws(ServingError) -> [Int]? {
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

    mutating func double(_ key: String, in range: ClosedRange<Double>) throws(ServingError) -> Double? {
        guard let node = node(key) else { return nil }
        guard let value = Self.double(node), range.contains(value) else { throw error(node, key, "a number\(Self.bounds(range))") }
        return value
    }

    mutating func doubles(_ key: String, in range: ClosedRange<Double>) throws(ServingError) -> [Double]? {
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
    mutating func duration(_ key: String) throws(ServingError) -> Int64? {
        guard let node = node(key) else { return nil }
        guard let text = Self.string(node), let nanos = DurationText.nanos(text) else {
            throw error(node, key, "a duration with its unit, such as 20ms, 100us or 5s")
        }
        return nanos
    }

    /// One of a few words.
    mutating func choice<Choice>(_ key: String, _ choices: [(String, Choice)]) throws(ServingError) -> Choice? {
        guard let node = node(key) else { return nil }
        guard let text = Self.string(node), let choice = choices.first(where: { $0.0 == text }) else {
            throw error(node, key, "one of \(choices.map { "'\($0.0)'" }.joined(separator: ", "))")
        }
        return choice.1
    }

    static func string(_ node: YamlNode) -> String? {
        if case .scalar(let text, _) = node.content { text } else { nil }
    }

    static func int(_ node: YamlNode) -> Int? {
        guard case .scalar(let text, isPlain: true) = node.content else { return nil }
        return Int(text.filter { $0 != "_" })
    }

    static func double(_ node: YamlNode) -> Double? {
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
