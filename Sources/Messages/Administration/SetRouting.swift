internal import CMessages

/// Changes how a model's requests are shared among its versions.
public struct SetRoutingRequest: Message {
    /// A version that gets copies of requests, whose answers are compared and thrown away.
    public struct Shadow: Message {
        public var version: Int64 = 0
        /// Of the requests; 0 stands for all.
        public var share = 0.0
        /// Largest difference, relative to the largest magnitude of an output, that counts as equal; 0 stands for 1e-4.
        public var tolerance = 0.0

        public init() {}
    }

    public var model = ""
    /// Shares by version. Empty, without a shadow: back to what the configuration says.
    public var weights: [Int64: Double] = [:]
    /// Requests with the same value of this parameter stay with one version; empty: each request for itself.
    public var stickyParameter = ""
    public var shadow: Shadow?

    public init() {}
}

public struct SetRoutingResponse: Message {
    public init() {}
}

extension SetRoutingRequest: MappedMessage {
    static let descriptor = MessageDescriptor(of: martlet__v1__set_routing_request__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.value(1, &model)
        fields.map(2, &weights)
        fields.value(3, &stickyParameter)
        fields.optional(4, &shadow)
    }
}

extension SetRoutingRequest.Shadow: MappedMessage {
    static let descriptor = MessageDescriptor(of: martlet__v1__set_routing_request__shadow__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.value(1, &version)
        fields.value(2, &share)
        fields.value(3, &tolerance)
    }
}

extension SetRoutingResponse: MappedMessage {
    static let descriptor = MessageDescriptor(of: martlet__v1__set_routing_response__init)

    mutating func visit(_ fields: inout some FieldVisitor) {}
}
