internal import CMessages

extension TorchServeAPI {
    /// A decoded prediction, for clients: views into the bytes of the message and into the arena.
    ///
    /// Valid until the bytes go or the arena is reset, whichever is first. Any thread may read.
    public struct PredictionResponse: @unchecked Sendable {
        // Sendable because nothing writes to a decoded message.
        private let header: UnsafePointer<Org__Pytorch__Serve__Grpc__Inference__PredictionResponse>

        /// What the model answered: a view into the message.
        public let prediction: UnsafeRawBufferPointer

        /// Decodes an answer. Throws `MessageError`; the arena may then hold a part of it until its reset.
        public init(decoding bytes: UnsafeRawBufferPointer, in arena: borrowing MessageArena) throws(MessageError) {
            arena.admit(messageBytes: bytes.count)
            let cut = try WireCut(field: 1, from: bytes, in: arena)
            prediction = cut.blocks.last ?? UnsafeRawBufferPointer(start: nil, count: 0)
            header = UnsafeRawPointer(try Unpack.message(cut.rest, as: Self.descriptor.pointer, in: arena))
                .assumingMemoryBound(to: Org__Pytorch__Serve__Grpc__Inference__PredictionResponse.self)
        }

        private static let descriptor = MessageDescriptor(of: org__pytorch__serve__grpc__inference__prediction_response__init)

        /// The sequence of the request; nil when it stands alone.
        public var sequenceId: MessageText? {
            header.pointee._sequence_id_case.rawValue == 0 ? nil : MessageText(header.pointee.sequence_id)
        }

        /// The error inside a stream; nil when there is none.
        public var status: (code: Int32, message: MessageText)? {
            guard header.pointee._status_case.rawValue != 0, let status = header.pointee.status else { return nil }
            return (status.pointee.code, MessageText(status.pointee.message))
        }
    }
}
