internal import CMessages

extension TFServing {
    /// Asks the server to serve exactly these models.
    public struct ReloadConfigRequest: Message {
        public var config: ModelServerConfig?
        /// Counters to be reported by how much they grew.
        public var metricNames: [String] = []

        public init() {}

        public init(config: ModelServerConfig?, metricNames: [String] = []) {
            self.config = config
            self.metricNames = metricNames
        }
    }

    /// How it went.
    public struct ReloadConfigResponse: Message {
        public var status: StatusProto?
        public var metric: [Metric] = []

        public init() {}

        public init(status: StatusProto?, metric: [Metric] = []) {
            self.status = status
            self.metric = metric
        }
    }

    /// How much a counter grew.
    public struct Metric: Message {
        /// The member that is set.
        public enum ValueIncrease: Hashable, Sendable {
            case int64ValueIncrease(Int64)
        }

        public var name = ""
        public var valueIncrease: ValueIncrease?

        public init() {}

        public init(name: String, valueIncrease: ValueIncrease? = nil) {
            self.name = name
            self.valueIncrease = valueIncrease
        }
    }
}

extension TFServing.ReloadConfigRequest: MappedMessage {
    static let descriptor = MessageDescriptor(of: tensorflow__serving__reload_config_request__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.optional(1, &config)
        fields.list(2, &metricNames)
    }
}

extension TFServing.ReloadConfigResponse: MappedMessage {
    static let descriptor = MessageDescriptor(of: tensorflow__serving__reload_config_response__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.optional(1, &status)
        fields.list(2, &metric)
    }
}

extension TFServing.Metric: MappedMessage {
    static let descriptor = MessageDescriptor(of: tensorflow__serving__metric__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.value(1, &name)
        fields.member(2, &valueIncrease, ValueIncrease.int64ValueIncrease) {
            if case .int64ValueIncrease(let value) = $0 { value } else { nil }
        }
    }
}
