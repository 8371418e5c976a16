internal import CMessages

/// The configuration of a model: the content of config.pbtxt.
public struct ModelConfig: Message {
    /// None of them: requests run one by one.
    public enum Scheduling: Hashable, Sendable {
        case dynamicBatching(DynamicBatching)
        case sequenceBatching(SequenceBatching)
        case ensembleScheduling(Ensembling)
    }

    public var name = ""
    /// Framework and format, such as onnxruntime_onnx; backend is the newer word.
    public var platform = ""
    public var versionPolicy: VersionPolicy?
    /// 0: the model has no batch axis of its own.
    public var maxBatchSize: Int32 = 0
    public var input: [Input] = []
    public var output: [Output] = []
    public var instanceGroup: [InstanceGroup] = []
    /// The file inside a version, where it is not the usual one.
    public var defaultModelFilename = ""
    /// Files by compute capability.
    public var ccModelFilenames: [String: String] = [:]
    /// Labels added to the metrics of the model.
    public var metricTags: [String: String] = [:]
    public var scheduling: Scheduling?
    public var optimization: OptimizationPolicy?
    public var parameters: [String: Parameter] = [:]
    public var modelWarmup: [Warmup] = []
    /// The backend that runs the model.
    public var backend = ""
    public var modelOperations: Operations?
    public var modelTransactionPolicy: TransactionPolicy?
    public var batchInput: [BatchInput] = []
    public var batchOutput: [BatchOutput] = []
    public var modelRepositoryAgents: RepositoryAgents?
    public var responseCache: ResponseCache?
    /// A library or language runtime of the backend.
    public var runtime = ""
    public var modelMetrics: Metrics?

    public init() {}
}

extension ModelConfig: MappedMessage {
    static let descriptor = MessageDescriptor(of: inference__model_config__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.value(1, &name)
        fields.value(2, &platform)
        fields.optional(3, &versionPolicy)
        fields.value(4, &maxBatchSize)
        fields.list(5, &input)
        fields.list(6, &output)
        fields.list(7, &instanceGroup)
        fields.value(8, &defaultModelFilename)
        fields.map(9, &ccModelFilenames)
        fields.map(10, &metricTags)
        fields.member(11, &scheduling, Scheduling.dynamicBatching) { if case .dynamicBatching(let value) = $0 { value } else { nil } }
        fields.optional(12, &optimization)
        fields.member(13, &scheduling, Scheduling.sequenceBatching) { if case .sequenceBatching(let value) = $0 { value } else { nil } }
        fields.map(14, &parameters)
        fields.member(15, &scheduling, Scheduling.ensembleScheduling) { if case .ensembleScheduling(let value) = $0 { value } else { nil } }
        fields.list(16, &modelWarmup)
        fields.value(17, &backend)
        fields.optional(18, &modelOperations)
        fields.optional(19, &modelTransactionPolicy)
        fields.list(20, &batchInput)
        fields.list(21, &batchOutput)
        fields.optional(23, &modelRepositoryAgents)
        fields.optional(24, &responseCache)
        fields.value(25, &runtime)
        fields.optional(26, &modelMetrics)
    }
}
