internal import CMessages

/// How often something happened, and how long it took in all.
public struct StatisticDuration: Message {
    public var count: UInt64 = 0
    /// The sum in nanoseconds.
    public var ns: UInt64 = 0

    public init() {}

    public init(count: UInt64, ns: UInt64 = 0) {
        self.count = count
        self.ns = ns
    }
}

/// Where the time of requests went.
public struct InferStatistics: Message {
    /// Requests that succeeded, from arrival to answer.
    public var success: StatisticDuration?
    /// Requests that failed.
    public var fail: StatisticDuration?
    /// Waiting for a batch.
    public var queue: StatisticDuration?
    /// Gathering inputs.
    public var computeInput: StatisticDuration?
    /// Running the model.
    public var computeInfer: StatisticDuration?
    /// Scattering outputs.
    public var computeOutput: StatisticDuration?
    /// Requests answered from the response cache.
    public var cacheHit: StatisticDuration?
    /// Cache look-ups that found nothing, with the insertion that followed.
    public var cacheMiss: StatisticDuration?

    public init() {}
}

/// The same for each response index of a decoupled model.
public struct InferResponseStatistics: Message {
    public var computeInfer: StatisticDuration?
    public var computeOutput: StatisticDuration?
    public var success: StatisticDuration?
    public var fail: StatisticDuration?
    /// Final responses without content.
    public var emptyResponse: StatisticDuration?
    public var cancel: StatisticDuration?

    public init() {}

    public init(
        computeInfer: StatisticDuration?, computeOutput: StatisticDuration? = nil, success: StatisticDuration? = nil,
        fail: StatisticDuration? = nil, emptyResponse: StatisticDuration? = nil, cancel: StatisticDuration? = nil
    ) {
        self.computeInfer = computeInfer
        self.computeOutput = computeOutput
        self.success = success
        self.fail = fail
        self.emptyResponse = emptyResponse
        self.cancel = cancel
    }
}

/// The same for one batch size.
public struct InferBatchStatistics: Message {
    public var batchSize: UInt64 = 0
    public var computeInput: StatisticDuration?
    public var computeInfer: StatisticDuration?
    public var computeOutput: StatisticDuration?

    public init() {}

    public init(
        batchSize: UInt64, computeInput: StatisticDuration? = nil, computeInfer: StatisticDuration? = nil,
        computeOutput: StatisticDuration? = nil
    ) {
        self.batchSize = batchSize
        self.computeInput = computeInput
        self.computeInfer = computeInfer
        self.computeOutput = computeOutput
    }
}

extension StatisticDuration: MappedMessage {
    static let descriptor = MessageDescriptor(of: inference__statistic_duration__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.value(1, &count)
        fields.value(2, &ns)
    }
}

extension InferStatistics: MappedMessage {
    static let descriptor = MessageDescriptor(of: inference__infer_statistics__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.optional(1, &success)
        fields.optional(2, &fail)
        fields.optional(3, &queue)
        fields.optional(4, &computeInput)
        fields.optional(5, &computeInfer)
        fields.optional(6, &computeOutput)
        fields.optional(7, &cacheHit)
        fields.optional(8, &cacheMiss)
    }
}

extension InferResponseStatistics: MappedMessage {
    static let descriptor = MessageDescriptor(of: inference__infer_response_statistics__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.optional(1, &computeInfer)
        fields.optional(2, &computeOutput)
        fields.optional(3, &success)
        fields.optional(4, &fail)
        fields.optional(5, &emptyResponse)
        fields.optional(6, &cancel)
    }
}

extension InferBatchStatistics: MappedMessage {
    static let descriptor = MessageDescriptor(of: inference__infer_batch_statistics__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.value(1, &batchSize)
        fields.optional(2, &computeInput)
        fields.optional(3, &computeInfer)
        fields.optional(4, &computeOutput)
    }
}
