internal import CMessages

extension TFServing {
    /// Settings of a request log.
    public struct LoggingConfig: Message {
        public var logCollectorConfig: LogCollectorConfig?
        public var samplingConfig: SamplingConfig?
        public var customLoggingConfig: AnyMessage?

        public init() {}

        public init(
            logCollectorConfig: LogCollectorConfig?, samplingConfig: SamplingConfig? = nil,
            customLoggingConfig:
                AnyMessage? = nil
        ) {
            self.logCollectorConfig = logCollectorConfig
            self.samplingConfig = samplingConfig
            self.customLoggingConfig = customLoggingConfig
        }
    }

    /// Where the log goes.
    public struct LogCollectorConfig: Message {
        public var type = ""
        public var filenamePrefix = ""

        public init() {}

        public init(type: String, filenamePrefix: String = "") {
            self.type = type
            self.filenamePrefix = filenamePrefix
        }
    }

    /// The share of requests that is logged.
    public struct SamplingConfig: Message {
        /// What decides beside chance.
        public struct Attributes: OpenEnum, MappedEnum {
            public var rawValue: Int32

            public init(rawValue: Int32) {
                self.rawValue = rawValue
            }

            public static let `default` = Attributes(rawValue: 0)
            public static let requestOrigin = Attributes(rawValue: 1)
            public static let requestCriticality = Attributes(rawValue: 2)

            public static let names: [(value: Int32, name: String)] = [
                (0, "ATTR_DEFAULT"), (1, "ATTR_REQUEST_ORIGIN"), (2, "ATTR_REQUEST_CRITICALITY"),
            ]
        }

        /// From 0 to 1.
        public var samplingRate: Double = 0.0
        /// A sum of Attributes.
        public var attributes: Int32 = 0
        public var perTaskSamplingConfigs: [PerTaskSamplingConfig] = []

        public init() {}

        public init(samplingRate: Double, attributes: Int32 = 0, perTaskSamplingConfigs: [PerTaskSamplingConfig] = []) {
            self.samplingRate = samplingRate
            self.attributes = attributes
            self.perTaskSamplingConfigs = perTaskSamplingConfigs
        }
    }

    /// The share of requests of one task that is logged.
    public struct PerTaskSamplingConfig: Message {
        public var dc = ""
        public var taskIndex: Int32?
        public var samplingRate: Double = 0.0

        public init() {}

        public init(dc: String, taskIndex: Int32? = nil, samplingRate: Double = 0.0) {
            self.dc = dc
            self.taskIndex = taskIndex
            self.samplingRate = samplingRate
        }
    }
}

extension TFServing.LoggingConfig: MappedMessage {
    static let descriptor = MessageDescriptor(of: tensorflow__serving__logging_config__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.optional(1, &logCollectorConfig)
        fields.optional(2, &samplingConfig)
        fields.optional(3, &customLoggingConfig)
    }
}

extension TFServing.LogCollectorConfig: MappedMessage {
    static let descriptor = MessageDescriptor(of: tensorflow__serving__log_collector_config__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.value(1, &type)
        fields.value(2, &filenamePrefix)
    }
}

extension TFServing.SamplingConfig: MappedMessage {
    static let descriptor = MessageDescriptor(of: tensorflow__serving__sampling_config__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.value(1, &samplingRate)
        fields.value(2, &attributes)
        fields.list(3, &perTaskSamplingConfigs)
    }
}

extension TFServing.PerTaskSamplingConfig: MappedMessage {
    static let descriptor = MessageDescriptor(of: tensorflow__serving__per_task_sampling_config__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.value(1, &dc)
        fields.member(2, &taskIndex, { $0 }, { $0 })
        fields.value(3, &samplingRate)
    }
}
