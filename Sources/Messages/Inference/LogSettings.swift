internal import CMessages

/// Reads or changes the log settings.
public struct LogSettingsRequest: Message {
    /// The value of a setting; exactly one member is set.
    public struct SettingValue: Message {
        /// The member that is set.
        public enum Choice: Hashable, Sendable {
            case bool(Bool)
            case uint32(UInt32)
            case string(String)
        }

        public var choice: Choice?

        public init() {}

        public init(choice: Choice?) {
            self.choice = choice
        }
    }

    public var settings: [String: SettingValue] = [:]

    public init() {}

    public init(settings: [String: SettingValue]) {
        self.settings = settings
    }
}

/// The log settings in force.
public struct LogSettingsResponse: Message {
    /// The value of a setting; exactly one member is set.
    public struct SettingValue: Message {
        /// The member that is set.
        public enum Choice: Hashable, Sendable {
            case bool(Bool)
            case uint32(UInt32)
            case string(String)
        }

        public var choice: Choice?

        public init() {}

        public init(choice: Choice?) {
            self.choice = choice
        }
    }

    public var settings: [String: SettingValue] = [:]

    public init() {}

    public init(settings: [String: SettingValue]) {
        self.settings = settings
    }
}

extension LogSettingsRequest.SettingValue: MappedMessage {
    static let descriptor = MessageDescriptor(of: inference__log_settings_request__setting_value__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.member(1, &choice, Choice.bool) { if case .bool(let value) = $0 { value } else { nil } }
        fields.member(2, &choice, Choice.uint32) { if case .uint32(let value) = $0 { value } else { nil } }
        fields.member(3, &choice, Choice.string) { if case .string(let value) = $0 { value } else { nil } }
    }
}

extension LogSettingsRequest: MappedMessage {
    static let descriptor = MessageDescriptor(of: inference__log_settings_request__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.map(1, &settings)
    }
}

extension LogSettingsResponse.SettingValue: MappedMessage {
    static let descriptor = MessageDescriptor(of: inference__log_settings_response__setting_value__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.member(1, &choice, Choice.bool) { if case .bool(let value) = $0 { value } else { nil } }
        fields.member(2, &choice, Choice.uint32) { if case .uint32(let value) = $0 { value } else { nil } }
        fields.member(3, &choice, Choice.string) { if case .string(let value) = $0 { value } else { nil } }
    }
}

extension LogSettingsResponse: MappedMessage {
    static let descriptor = MessageDescriptor(of: inference__log_settings_response__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.map(1, &settings)
    }
}
