internal import CMessages

/// Asks for counters.
public struct ModelStatisticsRequest: Message {
    /// Empty: all models.
    public var name = ""
    /// Empty: all versions.
    public var version = ""

    public init() {}

    public init(name: String, version: String = "") {
        self.name = name
        self.version = version
    }
}

/// Counters of the versions asked for.
public struct ModelStatisticsResponse: Message {
    public var modelStats: [ModelStatistics] = []

    public init() {}

    public init(modelStats: [ModelStatistics]) {
        self.modelStats = modelStats
    }
}

extension ModelStatisticsRequest: MappedMessage {
    static let descriptor = MessageDescriptor(of: inference__model_statistics_request__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.value(1, &name)
        fields.value(2, &version)
    }
}

extension ModelStatisticsResponse: MappedMessage {
    static let descriptor = MessageDescriptor(of: inference__model_statistics_response__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.list(1, &modelStats)
    }
}
