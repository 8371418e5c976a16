internal import CMessages

extension InteropTest {
    /// One request of a client's stream.
    public struct StreamingInputCallRequest: Message {
        public var payload: Payload?
        /// Whether the server should see this request compressed.
        public var expectCompressed: BoolValue?

        public init() {}

        public init(payload: Payload?, expectCompressed: BoolValue? = nil) {
            self.payload = payload
            self.expectCompressed = expectCompressed
        }
    }

    /// The answer to a client's stream.
    public struct StreamingInputCallResponse: Message {
        /// Bytes of all payloads together.
        public var aggregatedPayloadSize: Int32 = 0

        public init() {}

        public init(aggregatedPayloadSize: Int32) {
            self.aggregatedPayloadSize = aggregatedPayloadSize
        }
    }
}

extension InteropTest.StreamingInputCallRequest: MappedMessage {
    static let descriptor = MessageDescriptor(of: grpc__testing__streaming_input_call_request__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.optional(1, &payload)
        fields.optional(2, &expectCompressed)
    }
}

extension InteropTest.StreamingInputCallResponse: MappedMessage {
    static let descriptor = MessageDescriptor(of: grpc__testing__streaming_input_call_response__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.value(1, &aggregatedPayloadSize)
    }
}
