internal import CMessages

extension ModelConfig {
    /// Changes to the metrics of a model.
    public struct Metrics: Message {
        /// A change to one family.
        public struct MetricControl: Message {
            /// Which family.
            public struct MetricIdentifier: Message {
                public var family = ""

                public init() {}

                public init(family: String) {
                    self.family = family
                }
            }

            /// Limits of the buckets.
            public struct HistogramOptions: Message {
                public var buckets: [Double] = []

                public init() {}

                public init(buckets: [Double]) {
                    self.buckets = buckets
                }
            }

            /// The member that is set.
            public enum Options: Hashable, Sendable {
                case histogramOptions(HistogramOptions)
            }

            public var metricIdentifier: MetricIdentifier?
            public var options: Options?

            public init() {}

            public init(metricIdentifier: MetricIdentifier?, options: Options? = nil) {
                self.metricIdentifier = metricIdentifier
                self.options = options
            }
        }

        public var metricControl: [MetricControl] = []

        public init() {}

        public init(metricControl: [MetricControl]) {
            self.metricControl = metricControl
        }
    }
}

extension ModelConfig.Metrics.MetricControl.MetricIdentifier: MappedMessage {
    static let descriptor = MessageDescriptor(of: inference__model_metrics__metric_control__metric_identifier__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.value(1, &family)
    }
}

extension ModelConfig.Metrics.MetricControl.HistogramOptions: MappedMessage {
    static let descriptor = MessageDescriptor(of: inference__model_metrics__metric_control__histogram_options__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.list(1, &buckets)
    }
}

extension ModelConfig.Metrics.MetricControl: MappedMessage {
    static let descriptor = MessageDescriptor(of: inference__model_metrics__metric_control__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.optional(1, &metricIdentifier)
        fields.member(2, &options, Options.histogramOptions) { if case .histogramOptions(let value) = $0 { value } else { nil } }
    }
}

extension ModelConfig.Metrics: MappedMessage {
    static let descriptor = MessageDescriptor(of: inference__model_metrics__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.list(1, &metricControl)
    }
}
