internal import CMessages

/// Asks for the states of all services.
public struct HealthListRequest: Message {
    public init() {}
}

/// The states of all services.
public struct HealthListResponse: Message {
    /// Keyed by the name of the service.
    public var statuses: [String: HealthCheckResponse] = [:]

    public init() {}

    public init(statuses: [String: HealthCheckResponse]) {
        self.statuses = statuses
    }
}

extension HealthListRequest: MappedMessage {
    static let descriptor = MessageDescriptor(of: grpc__health__v1__health_list_request__init)

    mutating func visit(_ fields: inout some FieldVisitor) {}
}

extension HealthListResponse: MappedMessage {
    static let descriptor = MessageDescriptor(of: grpc__health__v1__health_list_response__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.map(1, &statuses)
    }
}
