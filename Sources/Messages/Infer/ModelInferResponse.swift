internal import CMessages

/// A decoded answer, for clients: views into the bytes of the message and into the arena.
///
/// Valid until the bytes go or the arena is reset, whichever is first. Any thread may read.
public struct ModelInferResponse: @unchecked Sendable {
    // Sendable because nothing writes to a decoded message.
    private let header: UnsafePointer<Inference__ModelInferResponse>

    /// The raw tensors, in the order of the outputs: views into the message.
    public let rawContents: UnsafeBufferPointer<UnsafeRawBufferPointer>

    /// Decodes an answer. Throws `MessageError`; the arena may then hold a part of it until its reset.
    public init(decoding bytes: UnsafeRawBufferPointer, in arena: borrowing MessageArena) throws(MessageError) {
        arena.admit(messageBytes: bytes.count)
        let cut = try WireCut(field: 6, from: bytes, in: arena)
        rawContents = cut.blocks
        header = UnsafeRawPointer(try Unpack.message(cut.rest, as: Self.descriptor.pointer, in: arena))
            .assumingMemoryBound(to: Inference__ModelInferResponse.self)
    }

    private static let descriptor = MessageDescriptor(of: inference__model_infer_response__init)

    public var modelName: MessageText { MessageText(header.pointee.model_name) }
    public var modelVersion: MessageText { MessageText(header.pointee.model_version) }
    public var id: MessageText { MessageText(header.pointee.id) }
    public var parameters: InferParameters { InferParameters(header.pointee.parameters, count: header.pointee.n_parameters) }

    public var outputs: MessageList<InferTensor> {
        MessageList(header.pointee.outputs, count: header.pointee.n_outputs) {
            InferTensor($0.assumingMemoryBound(to: Inference__ModelInferResponse__InferOutputTensor.self))
        }
    }
}

/// A decoded answer of a stream, for clients. Views, as in `ModelInferResponse`.
public struct ModelStreamInferResponse: Sendable {
    /// Empty when the request succeeded.
    public let errorMessage: MessageText
    /// With an error it says at most which request failed.
    public let response: ModelInferResponse?

    /// Decodes one answer. Throws `MessageError`; the arena may then hold a part of it until its reset.
    public init(decoding bytes: UnsafeRawBufferPointer, in arena: borrowing MessageArena) throws(MessageError) {
        arena.admit(messageBytes: bytes.count)
        // The answer inside is cut out like a tensor, so that its tensors can be cut out in turn.
        let cut = try WireCut(field: 2, from: bytes, in: arena)
        var reader = WireReader(cut.rest)
        var text = MessageText()
        while !reader.isAtEnd {
            let start = reader.offset
            let tag = try reader.tag()
            guard tag.field == 1 else {
                try reader.skip(tag.type)
                continue
            }
            guard tag.type == .block else { throw .malformed("field error_message has the wrong wire type", at: start) }
            let block = try reader.block()
            guard WireText.fault(in: block) == nil else {
                throw MessageError(.invalidText, "field error_message is not UTF-8 or holds a zero byte", at: .byte(start))
            }
            text = MessageText(unchecked: block)
        }
        errorMessage = text
        switch cut.blocks.count {
        case 0: response = nil
        case 1: response = try ModelInferResponse(decoding: cut.blocks[0], in: arena)
        default: response = try ModelInferResponse(decoding: Self.joined(cut.blocks, in: arena), in: arena)
        }
    }

    /// A message sent in parts is the message whose bytes are the parts in turn.
    private static func joined(
        _ parts: UnsafeBufferPointer<UnsafeRawBufferPointer>, in arena: borrowing MessageArena
    ) throws(MessageError) -> UnsafeRawBufferPointer {
        let count = parts.reduce(0) { $0 + $1.count }
        let whole = UnsafeMutableRawBufferPointer(start: try arena.allocate(UInt8.self, count: count), count: count)
        var offset = 0
        for part in parts {
            UnsafeMutableRawBufferPointer(rebasing: whole[offset...]).copyMemory(from: part)
            offset += part.count
        }
        return UnsafeRawBufferPointer(whole)
    }
}
