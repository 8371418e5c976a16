internal import CMessages
internal import CProtobufC
internal import Text

/// Reads the text format, field names and types taken from protobuf-c's descriptors, and writes the
/// same message in the wire format.
///
/// Understood: `field: value`, `field { }`, `field: { }` and `< >`, lists in `[ ]`, maps as entries of
/// key and value, comments, escapes, adjacent strings, enumerations by name or number. Not understood:
/// extensions and the expanded form of `Any`.
struct TextParser {
    private(set) var lexer: TextLexer
    private(set) var token = TextLexer.Token.end
    private let depth: Int

    /// Where each field begins, by a path such as `input[0].dims`.
    private(set) var places: [String: MessageError.Place] = [:]
    private let keepsPlaces: Bool

    init(_ text: UnsafeRawBufferPointer, depth: Int, keepsPlaces: Bool) {
        lexer = TextLexer(text)
        self.depth = depth
        self.keepsPlaces = keepsPlaces
    }

    /// The whole text as one message.
    mutating func parse(_ descriptor: MessageDescriptor) throws(MessageError) -> [UInt8] {
        try advance()
        let bytes = try fields(of: descriptor, until: nil, path: "", depth: depth)
        guard token == .end else { throw unexpected("a field name") }
        return bytes
    }

    mutating func advance() throws(MessageError) {
        token = try lexer.next()
    }

    /// Takes the mark if it is the next token.
    mutating func skip(_ mark: Character) throws(MessageError) -> Bool {
        guard let byte = mark.asciiValue, token == .mark(byte) else { return false }
        try advance()
        return true
    }

    func unexpected(_ wanted: String) -> MessageError {
        let found =
            switch token {
            case .end: "the end of the text"
            case .word(let text), .number(let text): "'\(text)'"
            case .string: "a string"
            case .mark(let byte): "'\(String(Unicode.Scalar(byte)))'"
            }
        return lexer.error("expected \(wanted), found \(found)")
    }

    private mutating func fields(
        of descriptor: MessageDescriptor, until close: Character?, path: String, depth: Int
    ) throws(MessageError) -> [UInt8] {
        guard depth > 0 else { throw lexer.error("messages are nested too deeply", .tooDeep) }
        var buffer = WireBuffer()
        var seen: [UInt32: Int] = [:]
        var choices: [UInt32: String] = [:]
        while true {
            if let close {
                if try skip(close) { break }
                if token == .end { throw unexpected("'\(close)'") }
            } else if token == .end {
                break
            }
            try field(of: descriptor, into: &buffer, &seen, &choices, path: path, depth: depth)
            if try !skip(",") { _ = try skip(";") }
        }
        return buffer.array()
    }

    private mutating func field(
        of descriptor: MessageDescriptor, into buffer: inout WireBuffer, _ seen: inout [UInt32: Int],
        _ choices: inout [UInt32: String], path: String, depth: Int
    ) throws(MessageError) {
        guard case .word(let name) = token else { throw unexpected("a field name") }
        guard let field = descriptor.fields.first(where: { String(cString: $0.name) == name }) else {
            throw unknown(
                "field", name, in: String(cString: descriptor.pointer.pointee.name), descriptor.fields.map { String(cString: $0.name) })
        }
        let isList = field.label == PROTOBUF_C_LABEL_REPEATED
        if !isList, seen[field.id] != nil { throw lexer.error("field '\(name)' is given twice", .inconsistent) }
        if field.isOneofMember {
            if let other = choices[field.quantifier_offset] {
                throw lexer.error("field '\(name)' excludes field '\(other)', which is given as well", .inconsistent)
            }
            choices[field.quantifier_offset] = name
        }
        let start = lexer.start
        try advance()
        let hasColon = try skip(":")
        if isList, try skip("[") {
            if try skip("]") { return }
            repeat {
                try value(field, into: &buffer, hasColon: true, path: place(path, name, &seen, field, start), depth: depth)
            } while try skip(",")
            guard try skip("]") else { throw unexpected("',' or ']'") }
        } else {
            try value(field, into: &buffer, hasColon: hasColon, path: place(path, name, &seen, field, start), depth: depth)
        }
    }

    /// Counts the value and remembers where its field begins.
    private mutating func place(
        _ path: String, _ name: String, _ seen: inout [UInt32: Int], _ field: ProtobufCFieldDescriptor, _ start: Int
    ) -> String {
        let index = seen[field.id, default: 0]
        seen[field.id] = index + 1
        guard keepsPlaces else { return "" }
        var full = path.isEmpty ? name : "\(path).\(name)"
        if field.label == PROTOBUF_C_LABEL_REPEATED { full += "[\(index)]" }
        places[full] = lexer.place(at: start)
        return full
    }

    private mutating func value(
        _ field: ProtobufCFieldDescriptor, into buffer: inout WireBuffer, hasColon: Bool, path: String, depth: Int
    ) throws(MessageError) {
        if field.type == PROTOBUF_C_TYPE_MESSAGE {
            let close: Character
            if try skip("{") { close = "}" } else if try skip("<") { close = ">" } else { throw unexpected("'{'") }
            let inner = try fields(of: field.messageDescriptor, until: close, path: path, depth: depth - 1)
            inner.withUnsafeBytes { buffer.append(field: field.id, block: $0) }
        } else {
            guard hasColon else { throw unexpected("':'") }
            try scalar(field, into: &buffer)
        }
    }

    func unknown(_ what: String, _ name: String, in owner: String, _ known: [String]) -> MessageError {
        let hint = NearestName.of(name, among: known).map { "; did you mean '\($0)'?" } ?? ""
        return lexer.error("\(owner) has no \(what) '\(name)'\(hint)", .unknownName)
    }
}
