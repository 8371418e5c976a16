internal import CMessages

/// A decoded inference request: views into the bytes of the message and into the arena.
///
/// Valid until the bytes go or the arena is reset, whichever is first. Tensors sent raw are views into
/// the message; nothing large is copied. Any thread may read. Serves both `inference` and TorchServe's
/// `org.pytorch.serve.grpc.openinference`, whose request is the same on the wire.
public struct ModelInferRequest: @unchecked Sendable {
    // Sendable because nothing writes to a decoded message.
    private let header: UnsafePointer<Inference__ModelInferRequest>

    /// The raw tensors, in order: views into the message.
    public let rawContents: UnsafeBufferPointer<UnsafeRawBufferPointer>

    /// Decodes a request. Throws `MessageError`; the arena may then hold a part of it until its reset.
    public init(decoding bytes: UnsafeRawBufferPointer, in arena: borrowing MessageArena) throws(MessageError) {
        arena.admit(messageBytes: bytes.count)
        let cut = try WireCut(field: 7, from: bytes, in: arena)
        rawContents = cut.blocks
        header = UnsafeRawPointer(try Unpack.message(cut.rest, as: Self.descriptor.pointer, in: arena))
            .assumingMemoryBound(to: Inference__ModelInferRequest.self)
    }

    private static let descriptor = MessageDescriptor(of: inference__model_infer_request__init)

    public var modelName: MessageText { MessageText(header.pointee.model_name) }
    /// Empty: the version the server would choose.
    public var modelVersion: MessageText { MessageText(header.pointee.model_version) }
    /// To be echoed in the answer.
    public var id: MessageText { MessageText(header.pointee.id) }
    public var parameters: InferParameters { InferParameters(header.pointee.parameters, count: header.pointee.n_parameters) }

    public var inputs: MessageList<InferTensor> {
        MessageList(header.pointee.inputs, count: header.pointee.n_inputs) {
            InferTensor($0.assumingMemoryBound(to: Inference__ModelInferRequest__InferInputTensor.self))
        }
    }

    /// The outputs wanted; all of them when the list is empty.
    public var outputs: MessageList<InferRequestedOutput> {
        MessageList(header.pointee.outputs, count: header.pointee.n_outputs) {
            InferRequestedOutput($0.assumingMemoryBound(to: Inference__ModelInferRequest__InferRequestedOutputTensor.self))
        }
    }
}
