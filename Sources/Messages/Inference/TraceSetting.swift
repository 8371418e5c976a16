internal import CMessages

/// Reads or changes the trace settings.
public struct TraceSettingRequest: Message {
    /// The value or values of a setting; none puts the setting back to its default.
    public struct SettingValue: Message {
        public var value: [String] = []

        public init() {}

        public init(value: [String]) {
            self.value = value
        }
    }

    public var settings: [String: SettingValue] = [:]
    /// Empty: the settings of the server.
    public var modelName = ""

    public init() {}

    public init(settings: [String: SettingValue], modelName: String = "") {
        self.settings = settings
        self.modelName = modelName
    }
}

/// The trace settings in force.
public struct TraceSettingResponse: Message {
    /// The value or values of a setting.
    public struct SettingValue: Message {
        public var value: [String] = []

        public init() {}

        public init(value: [String]) {
            self.value = value
        }
    }

    public var settings: [String: SettingValue] = [:]

    public init() {}

    public init(settings: [String: SettingValue]) {
        self.settings = settings
    }
}

extension TraceSettingRequest.SettingValue: MappedMessage {
    static let descriptor = MessageDescriptor(of: inference__trace_setting_request__setting_value__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.list(1, &value)
    }
}

extension TraceSettingRequest: MappedMessage {
    static let descriptor = MessageDescriptor(of: inference__trace_setting_request__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.map(1, &settings)
        fields.value(2, &modelName)
    }
}

extension TraceSettingResponse.SettingValue: MappedMessage {
    static let descriptor = MessageDescriptor(of: inference__trace_setting_response__setting_value__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.list(1, &value)
    }
}

extension TraceSettingResponse: MappedMessage {
    static let descriptor = MessageDescriptor(of: inference__trace_setting_response__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.map(1, &settings)
    }
}
