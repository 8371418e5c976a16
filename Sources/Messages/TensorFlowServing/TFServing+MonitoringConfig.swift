internal import CMessages

extension TFServing {
    /// What is watched, and how.
    public struct MonitoringConfig: Message {
        public var prometheusConfig: PrometheusConfig?

        public init() {}
    }

    /// Metrics for Prometheus.
    public struct PrometheusConfig: Message {
        public var enable = false
        /// Where they are on the HTTP port; what is absent keeps its default.
        public var path = ""

        public init() {}
    }
}

extension TFServing.MonitoringConfig: MappedMessage {
    static let descriptor = MessageDescriptor(of: tensorflow__serving__monitoring_config__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.optional(1, &prometheusConfig)
    }
}

extension TFServing.PrometheusConfig: MappedMessage {
    static let descriptor = MessageDescriptor(of: tensorflow__serving__prometheus_config__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.value(1, &enable)
        fields.value(2, &path)
    }
}
