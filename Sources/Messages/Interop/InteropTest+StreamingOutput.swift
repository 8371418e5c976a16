internal import CMessages

extension InteropTest {
    /// One answer wanted from a stream.
    public struct ResponseParameters: Message {
        /// Bytes of payload wanted.
        public var size: Int32 = 0
        /// How long the server waits before it answers.
        public var intervalUs: Int32 = 0
        /// Whether the answer is to be compressed.
        public var compressed: BoolValue?

        public init() {}

        public init(size: Int32, intervalUs: Int32 = 0, compressed: BoolValue? = nil) {
            self.size = size
            self.intervalUs = intervalUs
            self.compressed = compressed
        }
    }

    /// Asks for a stream of answers.
    public struct StreamingOutputCallRequest: Message {
        public var responseType = PayloadType(rawValue: 0)
        public var responseParameters: [ResponseParameters] = []
        public var payload: Payload?
        public var responseStatus: EchoStatus?
        public var orcaOobReport: TestOrcaReport?

        public init() {}

        public init(
            responseType: PayloadType, responseParameters: [ResponseParameters] = [], payload: Payload? = nil,
            responseStatus: EchoStatus? = nil, orcaOobReport: TestOrcaReport? = nil
        ) {
            self.responseType = responseType
            self.responseParameters = responseParameters
            self.payload = payload
            self.responseStatus = responseStatus
            self.orcaOobReport = orcaOobReport
        }
    }

    /// One answer of a stream.
    public struct StreamingOutputCallResponse: Message {
        public var payload: Payload?

        public init() {}

        public init(payload: Payload?) {
            self.payload = payload
        }
    }
}

extension InteropTest.ResponseParameters: MappedMessage {
    static let descriptor = MessageDescriptor(of: grpc__testing__response_parameters__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.value(1, &size)
        fields.value(2, &intervalUs)
        fields.optional(3, &compressed)
    }
}

extension InteropTest.StreamingOutputCallRequest: MappedMessage {
    static let descriptor = MessageDescriptor(of: grpc__testing__streaming_output_call_request__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.value(1, &responseType)
        fields.list(2, &responseParameters)
        fields.optional(3, &payload)
        fields.optional(7, &responseStatus)
        fields.optional(8, &orcaOobReport)
    }
}

extension InteropTest.StreamingOutputCallResponse: MappedMessage {
    static let descriptor = MessageDescriptor(of: grpc__testing__streaming_output_call_response__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.optional(1, &payload)
    }
}
