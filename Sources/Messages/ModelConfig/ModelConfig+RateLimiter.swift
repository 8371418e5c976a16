internal import CMessages

extension ModelConfig {
    /// Resources that a run must hold, shared between models.
    public struct RateLimiter: Message {
        /// So many units of one resource.
        public struct Resource: Message {
            public var name = ""
            /// Shared by all devices instead of counted per device.
            public var global = false
            public var count: UInt32 = 0

            public init() {}

            public init(name: String, global: Bool = false, count: UInt32 = 0) {
                self.name = name
                self.global = global
                self.count = count
            }
        }

        public var resources: [Resource] = []
        /// Weight when models compete: 2 gets half the turns of 1.
        public var priority: UInt32 = 0

        public init() {}

        public init(resources: [Resource], priority: UInt32 = 0) {
            self.resources = resources
            self.priority = priority
        }
    }
}

extension ModelConfig.RateLimiter.Resource: MappedMessage {
    static let descriptor = MessageDescriptor(of: inference__model_rate_limiter__resource__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.value(1, &name)
        fields.value(2, &global)
        fields.value(3, &count)
    }
}

extension ModelConfig.RateLimiter: MappedMessage {
    static let descriptor = MessageDescriptor(of: inference__model_rate_limiter__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.list(1, &resources)
        fields.value(2, &priority)
    }
}
