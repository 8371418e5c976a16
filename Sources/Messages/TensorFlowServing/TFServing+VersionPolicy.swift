internal import CMessages

extension TFServing {
    /// Which of the versions found are served.
    public struct VersionPolicy: Message {
        /// The highest numbers.
        public struct Latest: Message {
            /// How many; 0 stands for 1.
            public var numVersions: UInt32 = 0

            public init() {}

            public init(numVersions: UInt32) {
                self.numVersions = numVersions
            }
        }

        /// Every version.
        public struct All: Message {
            public init() {}
        }

        /// The versions named.
        public struct Specific: Message {
            public var versions: [Int64] = []

            public init() {}

            public init(versions: [Int64]) {
                self.versions = versions
            }
        }

        /// The member that is set.
        public enum Choice: Hashable, Sendable {
            case latest(Latest)
            case all(All)
            case specific(Specific)
        }

        public var choice: Choice?

        public init() {}

        public init(choice: Choice?) {
            self.choice = choice
        }
    }
}

extension TFServing.VersionPolicy.Latest: MappedMessage {
    static let descriptor = MessageDescriptor(
        of: tensorflow__serving__file_system_storage_path_source_config__servable_version_policy__latest__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.value(1, &numVersions)
    }
}

extension TFServing.VersionPolicy.All: MappedMessage {
    static let descriptor = MessageDescriptor(
        of: tensorflow__serving__file_system_storage_path_source_config__servable_version_policy__all__init)

    mutating func visit(_ fields: inout some FieldVisitor) {}
}

extension TFServing.VersionPolicy.Specific: MappedMessage {
    static let descriptor = MessageDescriptor(
        of: tensorflow__serving__file_system_storage_path_source_config__servable_version_policy__specific__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.list(1, &versions)
    }
}

extension TFServing.VersionPolicy: MappedMessage {
    static let descriptor = MessageDescriptor(
        of: tensorflow__serving__file_system_storage_path_source_config__servable_version_policy__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.member(100, &choice, Choice.latest) { if case .latest(let value) = $0 { value } else { nil } }
        fields.member(101, &choice, Choice.all) { if case .all(let value) = $0 { value } else { nil } }
        fields.member(102, &choice, Choice.specific) { if case .specific(let value) = $0 { value } else { nil } }
    }
}
