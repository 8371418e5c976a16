internal import CMessages

extension InteropTest {
    /// What a payload is made of.
    public struct PayloadType: OpenEnum, MappedEnum {
        public var rawValue: Int32

        public init(rawValue: Int32) {
            self.rawValue = rawValue
        }

        /// Bytes that compress well.
        public static let compressable = PayloadType(rawValue: 0)

        public static let names: [(value: Int32, name: String)] = [
            (0, "COMPRESSABLE")
        ]
    }

    /// A block of data.
    public struct Payload: Message {
        public var type = PayloadType(rawValue: 0)
        public var body: [UInt8] = []

        public init() {}

        public init(type: PayloadType, body: [UInt8] = []) {
            self.type = type
            self.body = body
        }
    }

    /// The status the server is to answer with.
    public struct EchoStatus: Message {
        public var code: Int32 = 0
        public var message = ""

        public init() {}

        public init(code: Int32, message: String = "") {
            self.code = code
            self.message = message
        }
    }

    /// A boolean that can be absent.
    public struct BoolValue: Message {
        public var value = false

        public init() {}

        public init(value: Bool) {
            self.value = value
        }
    }

    /// Where a request came from, for tests of load balancing.
    public struct GrpclbRouteType: OpenEnum, MappedEnum {
        public var rawValue: Int32

        public init(rawValue: Int32) {
            self.rawValue = rawValue
        }

        public static let unknown = GrpclbRouteType(rawValue: 0)
        public static let fallback = GrpclbRouteType(rawValue: 1)
        public static let backend = GrpclbRouteType(rawValue: 2)

        public static let names: [(value: Int32, name: String)] = [
            (0, "GRPCLB_ROUTE_TYPE_UNKNOWN"), (1, "GRPCLB_ROUTE_TYPE_FALLBACK"), (2, "GRPCLB_ROUTE_TYPE_BACKEND"),
        ]
    }

    /// Carries nothing.
    public struct Empty: Message {
        public init() {}
    }

    /// A load report the server is to send.
    public struct TestOrcaReport: Message {
        public var cpuUtilization: Double = 0.0
        public var memoryUtilization: Double = 0.0
        public var requestCost: [String: Double] = [:]
        public var utilization: [String: Double] = [:]

        public init() {}

        public init(
            cpuUtilization: Double, memoryUtilization: Double = 0.0, requestCost: [String: Double] = [:],
            utilization:
                [String: Double] = [:]
        ) {
            self.cpuUtilization = cpuUtilization
            self.memoryUtilization = memoryUtilization
            self.requestCost = requestCost
            self.utilization = utilization
        }
    }
}

extension InteropTest.Payload: MappedMessage {
    static let descriptor = MessageDescriptor(of: grpc__testing__payload__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.value(1, &type)
        fields.value(2, &body)
    }
}

extension InteropTest.EchoStatus: MappedMessage {
    static let descriptor = MessageDescriptor(of: grpc__testing__echo_status__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.value(1, &code)
        fields.value(2, &message)
    }
}

extension InteropTest.BoolValue: MappedMessage {
    static let descriptor = MessageDescriptor(of: grpc__testing__bool_value__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.value(1, &value)
    }
}

extension InteropTest.Empty: MappedMessage {
    static let descriptor = MessageDescriptor(of: grpc__testing__empty__init)

    mutating func visit(_ fields: inout some FieldVisitor) {}
}

extension InteropTest.TestOrcaReport: MappedMessage {
    static let descriptor = MessageDescriptor(of: grpc__testing__test_orca_report__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.value(1, &cpuUtilization)
        fields.value(2, &memoryUtilization)
        fields.map(3, &requestCost)
        fields.map(4, &utilization)
    }
}
