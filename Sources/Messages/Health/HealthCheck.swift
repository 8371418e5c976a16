internal import CMessages

/// Asks for the state of a service.
public struct HealthCheckRequest: Message {
    /// Empty: the server as a whole.
    public var service = ""

    public init() {}

    public init(service: String) {
        self.service = service
    }
}

/// The state of a service.
public struct HealthCheckResponse: Message {
    /// Whether a service takes traffic.
    public struct ServingStatus: OpenEnum, MappedEnum {
        public var rawValue: Int32

        public init(rawValue: Int32) {
            self.rawValue = rawValue
        }

        public static let unknown = ServingStatus(rawValue: 0)
        public static let serving = ServingStatus(rawValue: 1)
        public static let notServing = ServingStatus(rawValue: 2)
        /// Only in answers to Watch.
        public static let serviceUnknown = ServingStatus(rawValue: 3)

        public static let names: [(value: Int32, name: String)] = [
            (0, "UNKNOWN"), (1, "SERVING"), (2, "NOT_SERVING"), (3, "SERVICE_UNKNOWN"),
        ]
    }

    public var status = ServingStatus(rawValue: 0)

    public init() {}

    public init(status: ServingStatus) {
        self.status = status
    }
}

extension HealthCheckRequest: MappedMessage {
    static let descriptor = MessageDescriptor(of: grpc__health__v1__health_check_request__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.value(1, &service)
    }
}

extension HealthCheckResponse: MappedMessage {
    static let descriptor = MessageDescriptor(of: grpc__health__v1__health_check_response__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.value(1, &status)
    }
}
