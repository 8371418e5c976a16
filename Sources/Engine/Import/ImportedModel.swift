internal import Messages

/// A model file taken in: its graph, with functions inlined and every tensor decoded, and what the file says of itself.
public struct ImportedModel: Sendable {
    public var graph: Graph
    /// Operator set versions by domain; "" is the standard one.
    public var opsets: [String: Int]
    public var metadata: ModelMetadata

    /// The model in the ONNX file at `path`, read and not yet planned.
    public static func load(path: String, limits: ImportLimits = ImportLimits()) throws(EngineError) -> ImportedModel {
        try Importer.load(path: path, limits: limits)
    }

    public init(graph: Graph, opsets: [String: Int], metadata: ModelMetadata = ModelMetadata()) {
        self.graph = graph
        self.opsets = opsets
        self.metadata = metadata
    }
}

/// What a model's file says of itself.
public struct ModelMetadata: Sendable, Hashable {
    public var irVersion = 0
    public var producerName = ""
    public var producerVersion = ""
    public var domain = ""
    public var modelVersion = 0
    public var docString = ""
    /// Free entries, in the order of the file.
    public var entries: [Entry] = []

    public struct Entry: Sendable, Hashable {
        public var key: String
        public var value: String

        public init(key: String, value: String) {
            self.key = key
            self.value = value
        }
    }

    public init() {}
}
