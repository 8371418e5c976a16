internal import CYaml

/// Reads one YAML document into nodes. Bounded, and without what configurations do not need: no tags, no anchors, one document.
package struct YamlParser {
    /// Nesting of lists and maps: guards the stack. Beyond: an error.
    package static let maxDepth = 64
    /// Values in one document: guards memory. Beyond: an error.
    package static let maxNodes = 100_000

    private let file: String
    private let parser: UnsafeMutablePointer<yaml_parser_t>
    private var nodes = 0

    /// The document in `bytes`, or nil when there is none. Errors name `file` and the line.
    package static func parse(_ bytes: [UInt8], file: String) throws(YamlError) -> YamlNode? {
        let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
        defer { parser.deallocate() }
        guard yaml_parser_initialize(parser) == 1 else { throw YamlError("\(file): no memory to read it") }
        defer { yaml_parser_delete(parser) }
        // libyaml keeps the pointer: the bytes must stay where they are until the end.
        let copy = UnsafeMutablePointer<UInt8>.allocate(capacity: max(1, bytes.count))
        defer { copy.deallocate() }
        copy.initialize(from: bytes, count: bytes.count)
        yaml_parser_set_input_string(parser, copy, bytes.count)
        var reader = YamlParser(file: file, parser: parser)
        return try reader.document()
    }

    private init(file: String, parser: UnsafeMutablePointer<yaml_parser_t>) {
        self.file = file
        self.parser = parser
    }

    private enum Event {
        case scalar(String, isPlain: Bool)
        case listStart, listEnd, mapStart, mapEnd
        case documentStart, end, other
    }

    private mutating func document() throws(YamlError) -> YamlNode? {
        var root: YamlNode?
        while true {
            let (event, line) = try next()
            switch event {
            case .end: return root
            case .documentStart, .other: continue
            default:
                guard root == nil else { throw error(line, "a second document begins; one is allowed") }
                root = try node(event, line, depth: 0)
            }
        }
    }

    private mutating func node(_ event: Event, _ line: Int, depth: Int) throws(YamlError) -> YamlNode {
        nodes += 1
        guard nodes <= Self.maxNodes else { throw error(line, "more than \(Self.maxNodes) values") }
        guard depth < Self.maxDepth else { throw error(line, "nested deeper than \(Self.maxDepth)") }
        switch event {
        case .scalar(let text, let isPlain): return YamlNode(line: line, content: .scalar(text, isPlain: isPlain))
        case .listStart:
            var items: [YamlNode] = []
            while true {
                let (item, itemLine) = try next()
                if case .listEnd = item { return YamlNode(line: line, content: .list(items)) }
                items.append(try node(item, itemLine, depth: depth + 1))
            }
        case .mapStart:
            var entries: [YamlNode.Entry] = []
            var seen: Set<String> = []
            while true {
                let (key, keyLine) = try next()
                if case .mapEnd = key { return YamlNode(line: line, content: .map(entries)) }
                guard case .scalar(let name, _) = key else { throw error(keyLine, "a key must be a word, not a list or a map") }
                guard seen.insert(name).inserted else { throw error(keyLine, "the key '\(name)' stands here twice") }
                let (value, valueLine) = try next()
                entries.append(YamlNode.Entry(key: name, line: keyLine, value: try node(value, valueLine, depth: depth + 1)))
            }
        default: throw error(line, "unexpected end")
        }
    }

    private mutating func next() throws(YamlError) -> (Event, Int) {
        var event = yaml_event_t()
        guard yaml_parser_parse(parser, &event) == 1 else {
            let problem = parser.pointee.problem.map { String(cString: $0) } ?? "it is not YAML"
            throw error(Int(parser.pointee.problem_mark.line) + 1, problem)
        }
        defer { yaml_event_delete(&event) }
        let line = Int(event.start_mark.line) + 1
        switch event.type {
        case YAML_SCALAR_EVENT:
            let scalar = event.data.scalar
            if scalar.anchor != nil { throw error(line, "anchors are not supported") }
            let text = String(decoding: UnsafeBufferPointer(start: scalar.value, count: Int(scalar.length)), as: UTF8.self)
            return (.scalar(text, isPlain: scalar.style == YAML_PLAIN_SCALAR_STYLE), line)
        case YAML_SEQUENCE_START_EVENT: return (.listStart, line)
        case YAML_SEQUENCE_END_EVENT: return (.listEnd, line)
        case YAML_MAPPING_START_EVENT: return (.mapStart, line)
        case YAML_MAPPING_END_EVENT: return (.mapEnd, line)
        case YAML_ALIAS_EVENT: throw error(line, "aliases are not supported")
        case YAML_DOCUMENT_START_EVENT: return (.documentStart, line)
        case YAML_STREAM_END_EVENT: return (.end, line)
        default: return (.other, line)
        }
    }

    private func error(_ line: Int, _ message: String) -> YamlError {
        YamlError("\(file):\(line): \(message)")
    }
}
