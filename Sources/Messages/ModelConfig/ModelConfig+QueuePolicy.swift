internal import CMessages

extension ModelConfig {
    /// How a queue treats waiting requests.
    public struct QueuePolicy: Message {
        /// What happens to a request that waited too long.
        public struct TimeoutAction: OpenEnum, MappedEnum {
            public var rawValue: Int32

            public init(rawValue: Int32) {
                self.rawValue = rawValue
            }

            public static let reject = TimeoutAction(rawValue: 0)
            /// It runs after those still in time.
            public static let delay = TimeoutAction(rawValue: 1)

            public static let names: [(value: Int32, name: String)] = [
                (0, "REJECT"), (1, "DELAY"),
            ]
        }

        public var timeoutAction = TimeoutAction(rawValue: 0)
        /// 0: no limit.
        public var defaultTimeoutMicroseconds: UInt64 = 0
        /// A request may bring a shorter limit.
        public var allowTimeoutOverride = false
        /// Requests beyond it are refused; 0: no limit.
        public var maxQueueSize: UInt32 = 0

        public init() {}

        public init(
            timeoutAction: TimeoutAction, defaultTimeoutMicroseconds: UInt64 = 0, allowTimeoutOverride: Bool = false,
            maxQueueSize: UInt32 = 0
        ) {
            self.timeoutAction = timeoutAction
            self.defaultTimeoutMicroseconds = defaultTimeoutMicroseconds
            self.allowTimeoutOverride = allowTimeoutOverride
            self.maxQueueSize = maxQueueSize
        }
    }
}

extension ModelConfig.QueuePolicy: MappedMessage {
    static let descriptor = MessageDescriptor(of: inference__model_queue_policy__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.value(1, &timeoutAction)
        fields.value(2, &defaultTimeoutMicroseconds)
        fields.value(3, &allowTimeoutOverride)
        fields.value(4, &maxQueueSize)
    }
}
