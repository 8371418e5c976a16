public import Tensors

/// Everything that can be said about a model besides its file. Every field has a value that needs no configuration.
///
/// The one form of configuration behind the loader: readers of other formats end here, and nothing behind them knows which was read.
public struct ModelSpec: Sendable, Hashable {
    public var name: String
    /// The backend by name or alias; nil leaves it to the files.
    public var backend: String?
    /// The platform as a configuration stated it, passed back to clients that ask.
    public var platform: String?
    /// The file in a version's folder; nil for the backend's own name.
    public var fileName: String?
    /// The most rows of one run. Nil: whatever the model allows. 0: the declared shapes are whole, requests are never joined.
    public var maxBatchRows: Int?
    /// Declared inputs and outputs; where given they must fit the file. Empty: as the file says.
    public var inputs: [TensorSpec]
    public var outputs: [TensorSpec]
    public var batching: BatchingSpec
    public var sequence: SequenceSpec?
    public var ensemble: EnsembleSpec?
    /// For models that worker processes run; nil for the values that need no configuration.
    public var process: ProcessSpec?
    /// For models that another server answers for.
    public var remote: RemoteSpec?
    public var instances: InstanceSpec
    public var versionPolicy: VersionPolicy
    /// Names for versions, such as `stable`.
    public var labels: [String: Int64]
    public var warmups: [WarmupSpec]
    public var parameters: [String: String]
    public var metricTags: [String: String]
    /// The time from arrival to answer that the owner wants kept.
    public var objectiveNanos: Int64?
    public var responseCache: Bool
    public var rateLimit: RateLimitSpec?
    public var routing: RoutingSpec
    /// Which model a free lane serves first: higher before lower; equal ones share by time.
    public var priority: Int
    /// Answers may be none or many for one question.
    public var isDecoupled: Bool
    /// Golden requests decide whether a version may serve; false only reports them.
    public var goldenRequired: Bool

    public init(name: String) {
        self.name = name
        inputs = []
        outputs = []
        batching = BatchingSpec()
        instances = InstanceSpec()
        versionPolicy = .latest(1)
        labels = [:]
        warmups = []
        parameters = [:]
        metricTags = [:]
        responseCache = false
        routing = RoutingSpec()
        priority = 0
        isDecoupled = false
        goldenRequired = true
    }
}

/// An input or output as a configuration declares it.
public struct TensorSpec: Sendable, Hashable {
    public var name: String
    /// Nil leaves it to the file.
    public var dataType: DataType?
    /// Extents, -1 for any, without the batch extent when ``ModelSpec/maxBatchRows`` is above 0. Nil leaves them to the file.
    public var dims: [Int]?
    /// The shape that the model itself wants, when it differs from what requests bring; same element count, same rule for the batch extent.
    public var reshape: [Int]?
    public var isOptional: Bool
    /// Requests whose shapes differ may share a batch.
    public var allowsRagged: Bool
    /// A file of class names beside the configuration, one a line.
    public var labelFile: String?
    /// How an image's extents are laid out, as declared; passed back to clients that ask.
    public var format: String?
    /// For an output of an ensemble the tensors that it is taken from, the first that is there; empty for the one of its own name.
    public var sources: [String] = []

    public init(
        name: String, dataType: DataType? = nil, dims: [Int]? = nil, reshape: [Int]? = nil, isOptional: Bool = false,
        allowsRagged: Bool = false, labelFile: String? = nil, format: String? = nil
    ) {
        self.name = name
        self.dataType = dataType
        self.dims = dims
        self.reshape = reshape
        self.isOptional = isOptional
        self.allowsRagged = allowsRagged
        self.labelFile = labelFile
        self.format = format
    }
}
