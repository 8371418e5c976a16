internal import CMessages

extension TFServing {
    /// How requests are put together to batches; what is absent keeps its default.
    public struct BatchingParameters: Message {
        public var maxBatchSize: Int64Value?
        /// How long a request may wait for others.
        public var batchTimeoutMicros: Int64Value?
        /// Batches that may wait; requests beyond them are refused.
        public var maxEnqueuedBatches: Int64Value?
        public var numBatchThreads: Int64Value?
        public var threadPoolName: StringValue?
        /// Batches are filled up to one of these sizes; in rising order, the last is max_batch_size.
        public var allowedBatchSizes: [Int64] = []
        /// Inputs of different sizes are filled up to the largest.
        public var padVariableLengthInputs = false

        public init() {}
    }
}

extension TFServing.BatchingParameters: MappedMessage {
    static let descriptor = MessageDescriptor(of: tensorflow__serving__batching_parameters__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.optional(1, &maxBatchSize)
        fields.optional(2, &batchTimeoutMicros)
        fields.optional(3, &maxEnqueuedBatches)
        fields.optional(4, &numBatchThreads)
        fields.optional(5, &threadPoolName)
        fields.list(6, &allowedBatchSizes)
        fields.value(7, &padVariableLengthInputs)
    }
}
