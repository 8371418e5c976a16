internal import CMessages

extension InteropTest {
    /// One request.
    public struct SimpleRequest: Message {
        public var responseType = PayloadType(rawValue: 0)
        /// Bytes of payload wanted.
        public var responseSize: Int32 = 0
        public var payload: Payload?
        public var fillUsername = false
        public var fillOauthScope = false
        /// Whether the answer is to be compressed.
        public var responseCompressed: BoolValue?
        public var responseStatus: EchoStatus?
        /// Whether the server should see this request compressed.
        public var expectCompressed: BoolValue?
        public var fillServerId = false
        public var fillGrpclbRouteType = false
        public var orcaPerQueryReport: TestOrcaReport?

        public init() {}
    }

    /// One answer.
    public struct SimpleResponse: Message {
        public var payload: Payload?
        public var username = ""
        public var oauthScope = ""
        public var serverId = ""
        public var grpclbRouteType = GrpclbRouteType(rawValue: 0)
        public var hostname = ""

        public init() {}

        public init(
            payload: Payload?, username: String = "", oauthScope: String = "", serverId: String = "",
            grpclbRouteType:
                GrpclbRouteType = .init(rawValue: 0), hostname: String = ""
        ) {
            self.payload = payload
            self.username = username
            self.oauthScope = oauthScope
            self.serverId = serverId
            self.grpclbRouteType = grpclbRouteType
            self.hostname = hostname
        }
    }
}

extension InteropTest.SimpleRequest: MappedMessage {
    static let descriptor = MessageDescriptor(of: grpc__testing__simple_request__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.value(1, &responseType)
        fields.value(2, &responseSize)
        fields.optional(3, &payload)
        fields.value(4, &fillUsername)
        fields.value(5, &fillOauthScope)
        fields.optional(6, &responseCompressed)
        fields.optional(7, &responseStatus)
        fields.optional(8, &expectCompressed)
        fields.value(9, &fillServerId)
        fields.value(10, &fillGrpclbRouteType)
        fields.optional(11, &orcaPerQueryReport)
    }
}

extension InteropTest.SimpleResponse: MappedMessage {
    static let descriptor = MessageDescriptor(of: grpc__testing__simple_response__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.optional(1, &payload)
        fields.value(2, &username)
        fields.value(3, &oauthScope)
        fields.value(4, &serverId)
        fields.value(5, &grpclbRouteType)
        fields.value(6, &hostname)
    }
}
