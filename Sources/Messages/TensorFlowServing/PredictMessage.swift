internal import CMessages

/// A decoded request or answer of TensorFlow Serving's Predict: views into the bytes of the message and
/// into the arena.
///
/// Valid until the bytes go or the arena is reset, whichever is first. Large contents of tensors are
/// views into the message. Any thread may read.
public struct PredictMessage: @unchecked Sendable {
    // Sendable because nothing writes to a decoded message.

    /// Which of the two messages is read: they number their fields differently.
    public enum Kind: Sendable {
        case request
        case response
    }

    /// The inputs of a request or outputs of an answer, in the order of the wire. A name may stand there
    /// twice: asked by name, the last one counts.
    public let tensors: UnsafeBufferPointer<(name: MessageText, tensor: TFTensor)>
    private let spec: UnsafePointer<Tensorflow__Serving__ModelSpec>?
    private let request: UnsafePointer<Tensorflow__Serving__PredictRequest>?

    /// Decodes a message. Throws `MessageError`; the arena may then hold a part of it until its reset.
    public init(_ kind: Kind, decoding bytes: UnsafeRawBufferPointer, in arena: borrowing MessageArena) throws(MessageError) {
        arena.admit(messageBytes: bytes.count)
        let cut = try WireCut(field: kind == .request ? 2 : 1, from: bytes, in: arena)
        let list = try arena.allocate((name: MessageText, tensor: TFTensor).self, count: cut.blocks.count)
        for (position, block) in cut.blocks.enumerated() {
            let entry = try WireMapEntry(block, of: kind == .request ? "inputs" : "outputs")
            (list + position).initialize(to: (entry.key, try TFTensor(decoding: entry.value, in: arena)))
        }
        tensors = UnsafeBufferPointer(start: list, count: cut.blocks.count)
        switch kind {
        case .request:
            let message = UnsafeRawPointer(try Unpack.message(cut.rest, as: Self.requestDescriptor.pointer, in: arena))
                .assumingMemoryBound(to: Tensorflow__Serving__PredictRequest.self)
            request = message
            spec = UnsafePointer(message.pointee.model_spec)
        case .response:
            let message = UnsafeRawPointer(try Unpack.message(cut.rest, as: Self.responseDescriptor.pointer, in: arena))
                .assumingMemoryBound(to: Tensorflow__Serving__PredictResponse.self)
            request = nil
            spec = UnsafePointer(message.pointee.model_spec)
        }
    }

    private static let requestDescriptor = MessageDescriptor(of: tensorflow__serving__predict_request__init)
    private static let responseDescriptor = MessageDescriptor(of: tensorflow__serving__predict_response__init)

    public var modelName: MessageText { MessageText(spec?.pointee.name) }

    /// Empty: serving_default.
    public var signatureName: MessageText { MessageText(spec?.pointee.signature_name) }

    /// The version asked for, or that answered; nil when there is none or a label instead.
    public var modelVersion: Int64? {
        guard let spec, spec.pointee.version_choice_case == TENSORFLOW__SERVING__MODEL_SPEC__VERSION_CHOICE_VERSION else { return nil }
        return spec.pointee.version?.pointee.value ?? 0
    }

    /// The label of the version asked for; nil when there is none or a number instead.
    public var versionLabel: MessageText? {
        guard let spec, spec.pointee.version_choice_case == TENSORFLOW__SERVING__MODEL_SPEC__VERSION_CHOICE_VERSION_LABEL else {
            return nil
        }
        return MessageText(spec.pointee.version_label)
    }

    /// The outputs wanted; all of them when there are none. Empty for an answer.
    public var outputFilter: MessageList<MessageText> {
        MessageList(request?.pointee.output_filter, count: request?.pointee.n_output_filter ?? 0) {
            MessageText($0.assumingMemoryBound(to: CChar.self))
        }
    }

    /// The tensor of a name, or nil. O(tensors).
    public func tensor(named name: MessageText) -> TFTensor? {
        tensors.last { $0.name == name }?.tensor
    }
}
