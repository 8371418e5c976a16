internal import CMessages

extension TorchServeAPI {
    /// A decoded request for predictions: views into the bytes of the message and into the arena.
    ///
    /// Valid until the bytes go or the arena is reset, whichever is first. Inputs are views into the
    /// message. Any thread may read.
    public struct PredictionsRequest: @unchecked Sendable {
        // Sendable because nothing writes to a decoded message.
        private let header: UnsafePointer<Org__Pytorch__Serve__Grpc__Inference__PredictionsRequest>

        /// The inputs in the order of the wire. A name may stand there twice: asked by name, the last one
        /// counts.
        public let inputs: UnsafeBufferPointer<(name: MessageText, bytes: UnsafeRawBufferPointer)>

        /// Decodes a request. Throws `MessageError`; the arena may then hold a part of it until its reset.
        public init(decoding bytes: UnsafeRawBufferPointer, in arena: borrowing MessageArena) throws(MessageError) {
            arena.admit(messageBytes: bytes.count)
            let cut = try WireCut(field: 3, from: bytes, in: arena)
            let list = try arena.allocate((name: MessageText, bytes: UnsafeRawBufferPointer).self, count: cut.blocks.count)
            for (position, block) in cut.blocks.enumerated() {
                let entry = try WireMapEntry(block, of: "input")
                (list + position).initialize(to: (entry.key, entry.value))
            }
            inputs = UnsafeBufferPointer(start: list, count: cut.blocks.count)
            header = UnsafeRawPointer(try Unpack.message(cut.rest, as: Self.descriptor.pointer, in: arena))
                .assumingMemoryBound(to: Org__Pytorch__Serve__Grpc__Inference__PredictionsRequest.self)
        }

        private static let descriptor = MessageDescriptor(of: org__pytorch__serve__grpc__inference__predictions_request__init)

        public var modelName: MessageText { MessageText(header.pointee.model_name) }

        /// Empty: the default version.
        public var modelVersion: MessageText { MessageText(header.pointee.model_version) }

        /// The sequence that the request belongs to; nil when it stands alone.
        public var sequenceId: MessageText? {
            header.pointee._sequence_id_case.rawValue == 0 ? nil : MessageText(header.pointee.sequence_id)
        }

        /// The input of a name, or nil. O(inputs).
        public func input(named name: MessageText) -> UnsafeRawBufferPointer? {
            inputs.last { $0.name == name }?.bytes
        }
    }
}
