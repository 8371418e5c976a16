internal import CMessages

extension ModelConfig {
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

extension ModelConfig.VersionPolicy.Latest: MappedMessage {
    static let descriptor = MessageDescriptor(of: inference__model_version_policy__latest__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.value(1, &numVersions)
    }
}

extension ModelConfig.VersionPolicy.All: MappedMessage {
    static let descriptor = MessageDescriptor(of: inference__model_version_policy__all__init)

    mutating func visit(_ fields: inout some FieldVisitor) {}
}

extension ModelConfig.VersionPolicy.Specific: MappedMessage {
    static let descriptor = MessageDescriptor(of: inference__model_version_policy__specific__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.list(1, &versions)
    }
}

extension ModelConfig.VersionPolicy: MappedMessage {
    static let descriptor = MessageDescriptor(of: inference__model_version_policy__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.member(1, &choice, Choice.latest) { if case .latest(let value) = $0 { value } else { nil } }
        fields.member(2, &choice, Choice.all) { if case .all(let value) = $0 { value } else { nil } }
        fields.member(3, &choice, Choice.specific) { if case .specific(let value) = $0 { value } else { nil } }
    }
}
