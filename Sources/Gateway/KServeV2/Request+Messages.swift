internal import Messages
internal import Serving

extension Name {
    /// A view: valid as long as the message's arena.
    init(_ text: MessageText) {
        self.init(borrowing: text.bytes.assumingMemoryBound(to: UInt8.self))
    }
}

extension MessageText {
    /// A view of a name whose bytes do not move: one that was read from a message.
    init(_ name: Name) {
        var view = MessageText()
        name.withBytes { view = MessageText(unchecked: UnsafeRawBufferPointer($0)) }
        self = view
    }
}

extension RequestParameter.Value {
    init?(_ value: InferParameter) {
        switch value {
        case .bool(let value): self = .bool(value)
        case .int64(let value): self = .int(value)
        case .uint64(let value): self = .uint(value)
        case .double(let value): self = .double(value)
        case .text(let value): self = .string(String(value))
        case .unset: return nil
        }
    }
}

extension SequencePosition {
    /// The place in a sequence that the parameters tell, or nil when there is no sequence. An identifier of 0 or "" is none.
    init?(_ parameters: InferParameters) throws(ServingError) {
        guard let value = parameters["sequence_id"] else { return nil }
        func flag(_ name: StaticString) -> Bool { parameters[name] == .bool(true) }
        let identifier: Identifier
        switch value {
        case .int64(let number) where number >= 0: identifier = .number(UInt64(number))
        case .uint64(let number): identifier = .number(number)
        case .text(let text): identifier = .text(String(text))
        default: throw ServingError(.invalidArgument, "parameter 'sequence_id' must be a whole number or a string")
        }
        if identifier == .number(0) || identifier == .text("") { return nil }
        self.init(identifier: identifier, isStart: flag("sequence_start"), isEnd: flag("sequence_end"))
    }
}
