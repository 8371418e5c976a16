internal import CMessages

extension ModelConfig {
    /// Requests are put together to batches.
    public struct DynamicBatching: Message {
        /// Sizes worth waiting for.
        public var preferredBatchSize: [Int32] = []
        /// How long a request may wait for others.
        public var maxQueueDelayMicroseconds: UInt64 = 0
        /// Answers leave in the order of the requests.
        public var preserveOrdering = false
        /// Levels are 1 (first) to this number; 0: no levels.
        public var priorityLevels: UInt64 = 0
        /// The level of a request that names none.
        public var defaultPriorityLevel: UInt64 = 0
        public var defaultQueuePolicy: QueuePolicy?
        /// Policies of single levels.
        public var priorityQueuePolicy: [UInt64: QueuePolicy] = [:]

        public init() {}
    }
}

extension ModelConfig.DynamicBatching: MappedMessage {
    static let descriptor = MessageDescriptor(of: inference__model_dynamic_batching__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.list(1, &preferredBatchSize)
        fields.value(2, &maxQueueDelayMicroseconds)
        fields.value(3, &preserveOrdering)
        fields.value(4, &priorityLevels)
        fields.value(5, &defaultPriorityLevel)
        fields.optional(6, &defaultQueuePolicy)
        fields.map(7, &priorityQueuePolicy)
    }
}
