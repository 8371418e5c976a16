internal import CYaml

/// Reads one YAML document of bounded size; no tags, anchors or aliases. Errors name the file and the line.
struct YAMLReader {
    /// Nesting of lists and maps: guards the stack. Beyond: an error.
    static let maxDepth = 16
    /// Values in a document: guards memory. Beyond: an error.
    static let maxNodes = 10_000

    private let file: String
    private let parser: UnsafeMutablePointer<yaml_parser_t>
    private var nodes = 0

    private enum Event {
        case scalar(String)
        case listStart, listEnd, mapStart, mapEnd, end, other
    }

    /// The document in `bytes`.
    static func read(_ bytes: [UInt8], file: String) throws(LoadError) -> YAMLNode {
        let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
        defer { parser.deallocate() }
        guard yaml_parser_initialize(parser) == 1 else { throw LoadError("\(file): no memory to read it") }
        defer { yaml_parser_delete(parser) }
        // The parser keeps the pointer: the bytes stay where they are until the end.
        let copy = UnsafeMutablePointer<UInt8>.allocate(capacity: max(1, bytes.count))
        defer { copy.deallocate() }
        copy.initialize(from: bytes, count: bytes.count)
        yaml_parser_set_input_string(parser, copy, bytes.count)
        var reader = YAMLReader(file: file, parser: parser)
        return try reader.document()
    }

    private init(file: String, parser: UnsafeMutablePointer<yaml_parser_t>) {
        self.file = file
        self.parser = parser
    }

    private mutating func document() throws(LoadError) -> YAMLNode {
        var root: YAMLNode?
        while true {
            let (event, line) = try next()
            switch event {
            case .other: continue
            case .end:
                guard let root else { throw LoadError("\(file): the document is empty") }
                return root
            default:
                guard root == nil else { throw LoadError("\(file):\(line): a second document begins") }
                root = try node(event, line, depth: 0)
            }
        }
    }

    private mutating func node(_ event: Event, _ line: Int, depth: Int) throws(LoadError) -> YAMLNode {
        nodes += 1
        guard nodes <= Self.maxNodes else { throw LoadError("\(file):\(line): more than \(Self.maxNodes) values") }
        guard depth < Self.maxDepth else { throw LoadError("\(file):\(line): nested deeper than \(Self.maxDepth)") }
        switch event {
        case .scalar(let text): return YAMLNode(line: line, content: .scalar(text))
        case .listStart:
            var items: [YAMLNode] = []
            while true {
                let (item, itemLine) = try next()
                if case .listEnd = item { return YAMLNode(line: line, content: .list(items)) }
                items.append(try node(item, itemLine, depth: depth + 1))
            }
        case .mapStart:
            var entries: [(key: String, line: Int, value: YAMLNode)] = []
            while true {
                let (key, keyLine) = try next()
                if case .mapEnd = key { return YAMLNode(line: line, content: .map(entries)) }
                guard case .scalar(let name) = key else { throw LoadError("\(file):\(keyLine): a key must be a word") }
                guard !entries.contains(where: { $0.key == name }) else { throw LoadError("\(file):\(keyLine): the key '\(name)' stands here twice") }
                let (value, valueLine) = try next()
                entries.append((name, keyLine, try node(value, valueLine, depth: depth + 1)))
            }
        default: throw LoadError("\(file):\(line): unexpected end")
        }
    }

    private mutating func next() throws(LoadError) -> (Event, Int) {
        var event = yaml_event_t()
        guard yaml_parser_parse(parser, &event) == 1 else {
            let problem = parser.pointee.problem.map { String(cString: $0) } ?? "it is not YAML"
            throw LoadError("\(file):\(Int(parser.pointee.problem_mark.line) + 1): \(problem)")
        }
        defer { yaml_event_delete(&event) }
        let line = Int(event.start_mark.line) + 1
        switch event.type {
        case YAML_SCALAR_EVENT:
            let scalar = event.data.scalar
            return (.scalar(String(decoding: UnsafeBufferPointer(start: scalar.value, count: Int(scalar.length)), as: UTF8.self)), line)
        case YAML_SEQUENCE_START_EVENT: return (.listStart, line)
        case YAML_SEQUENCE_END_EVENT: return (.listEnd, line)
        case YAML_MAPPING_START_EVENT: return (.mapStart, line)
        case YAML_MAPPING_END_EVENT: return (.mapEnd, line)
        case YAML_ALIAS_EVENT: throw LoadError("\(file):\(line): aliases are not supported")
        case YAML_STREAM_END_EVENT: return (.end, line)
        default: return (.other, line)
        }
    }
}
