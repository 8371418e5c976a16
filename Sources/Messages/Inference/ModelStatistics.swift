internal import CMessages

/// Counters of one version.
public struct ModelStatistics: Message {
    public var name = ""
    public var version = ""
    /// When the last request ran, in milliseconds since 1970.
    public var lastInference: UInt64 = 0
    /// Rows inferred: a batch of n counts n.
    public var inferenceCount: UInt64 = 0
    /// Runs of the model: a batch of n counts one.
    public var executionCount: UInt64 = 0
    public var inferenceStats: InferStatistics?
    public var batchStats: [InferBatchStatistics] = []
    public var memoryUsage: [MemoryUsage] = []
    /// Keyed by the index of the response.
    public var responseStats: [String: InferResponseStatistics] = [:]

    public init() {}
}

/// Memory held by a model.
public struct MemoryUsage: Message {
    /// Kind of memory, such as CPU.
    public var type = ""
    /// Device number.
    public var id: Int64 = 0
    public var byteSize: UInt64 = 0

    public init() {}

    public init(type: String, id: Int64 = 0, byteSize: UInt64 = 0) {
        self.type = type
        self.id = id
        self.byteSize = byteSize
    }
}

extension ModelStatistics: MappedMessage {
    static let descriptor = MessageDescriptor(of: inference__model_statistics__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.value(1, &name)
        fields.value(2, &version)
        fields.value(3, &lastInference)
        fields.value(4, &inferenceCount)
        fields.value(5, &executionCount)
        fields.optional(6, &inferenceStats)
        fields.list(7, &batchStats)
        fields.list(8, &memoryUsage)
        fields.map(9, &responseStats)
    }
}

extension MemoryUsage: MappedMessage {
    static let descriptor = MessageDescriptor(of: inference__memory_usage__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.value(1, &type)
        fields.value(2, &id)
        fields.value(3, &byteSize)
    }
}
