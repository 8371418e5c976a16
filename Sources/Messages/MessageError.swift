/// What was wrong with a message: a code to act on, a sentence to read, and the place.
public struct MessageError: Error, Sendable, Equatable {
    /// The kind of fault, by what a caller does about it.
    public enum Code: Sendable, Equatable {
        /// The bytes end inside a field.
        case truncated
        /// The bytes break the rules of the wire format, or a field has the wrong wire type.
        case malformed
        /// Messages are nested deeper than `DecodingLimits.nestingDepth`.
        case tooDeep
        /// The message needs more memory than its arena may take.
        case tooLarge
        /// A text field is not UTF-8 or holds a zero byte.
        case invalidText
        /// A value does not fit where it should go.
        case outOfRange
        /// Fields contradict each other.
        case inconsistent
        /// A text file does not follow the grammar.
        case syntax
        /// A text file names a field or value that does not exist.
        case unknownName
    }

    /// Where the fault is.
    public enum Place: Sendable, Equatable {
        /// Offset in the bytes of the message, or of the sub-message that the sentence names.
        case byte(Int)
        /// Line and column in a text file, both counted from 1; columns count bytes.
        case text(line: Int, column: Int)
    }

    public var code: Code
    /// One sentence without its place; names the field where one is known.
    public var message: String
    public var place: Place?

    public init(_ code: Code, _ message: String, at place: Place? = nil) {
        self.code = code
        self.message = message
        self.place = place
    }
}

extension MessageError: CustomStringConvertible {
    public var description: String {
        switch place {
        case .byte(let offset): "\(message) (byte \(offset))"
        case .text(let line, let column): "\(line):\(column): \(message)"
        case nil: message
        }
    }
}
