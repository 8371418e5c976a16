internal import CMessages

/// Asks how versions do.
public struct StatusRequest: Message {
    /// Empty: all models.
    public var model = ""

    public init() {}

    public init(model: String) { self.model = model }
}

public struct StatusResponse: Message {
    public var versions: [VersionStatus] = []

    public init() {}

    public init(versions: [VersionStatus]) { self.versions = versions }
}

/// How one version does now.
public struct VersionStatus: Message {
    public var model = ""
    /// 0 for a model without any version.
    public var version: Int64 = 0
    public var state = ""
    public var reason = ""
    /// Requests that wait, and those that run.
    public var queued: UInt64 = 0
    public var inFlight: UInt64 = 0
    /// Since the version was loaded: requests answered, those of them with an error, those turned away before they ran.
    public var requests: UInt64 = 0
    public var failures: UInt64 = 0
    public var refused: UInt64 = 0
    /// Runs of the model, and the rows in them.
    public var runs: UInt64 = 0
    public var rows: UInt64 = 0
    /// From arrival to answer, and from arrival to a lane, in nanoseconds.
    public var latencyP50: UInt64 = 0
    public var latencyP99: UInt64 = 0
    public var queueP50: UInt64 = 0
    public var queueP99: UInt64 = 0
    /// Of the requests that name no version.
    public var share = 0.0
    /// What it is in a take-over or a comparison, in words; empty for an ordinary version.
    public var role = ""

    public init() {}
}

extension StatusRequest: MappedMessage {
    static let descriptor = MessageDescriptor(of: martlet__v1__status_request__init)

    mutating func visit(_ fields: inout some FieldVisitor) { fields.value(1, &model) }
}

extension StatusResponse: MappedMessage {
    static let descriptor = MessageDescriptor(of: martlet__v1__status_response__init)

    mutating func visit(_ fields: inout some FieldVisitor) { fields.list(1, &versions) }
}

extension VersionStatus: MappedMessage {
    static let descriptor = MessageDescriptor(of: martlet__v1__version_status__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.value(1, &model)
        fields.value(2, &version)
        fields.value(3, &state)
        fields.value(4, &reason)
        fields.value(5, &queued)
        fields.value(6, &inFlight)
        fields.value(7, &requests)
        fields.value(8, &failures)
        fields.value(9, &refused)
        fields.value(10, &runs)
        fields.value(11, &rows)
        fields.value(12, &latencyP50)
        fields.value(13, &latencyP99)
        fields.value(14, &queueP50)
        fields.value(15, &queueP99)
        fields.value(16, &share)
        fields.value(17, &role)
    }
}
