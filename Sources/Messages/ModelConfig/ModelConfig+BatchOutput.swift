internal import CMessages

extension ModelConfig {
    /// An output that the server cuts in a way of its own.
    public struct BatchOutput: Message {
        /// How it is cut.
        public struct Kind: OpenEnum, MappedEnum {
            public var rawValue: Int32

            public init(rawValue: Int32) {
                self.rawValue = rawValue
            }

            public static let scatterWithInputShape = Kind(rawValue: 0)

            public static let names: [(value: Int32, name: String)] = [
                (0, "BATCH_SCATTER_WITH_INPUT_SHAPE")
            ]
        }

        public var targetName: [String] = []
        public var kind = Kind(rawValue: 0)
        public var sourceInput: [String] = []

        public init() {}

        public init(targetName: [String], kind: Kind = .init(rawValue: 0), sourceInput: [String] = []) {
            self.targetName = targetName
            self.kind = kind
            self.sourceInput = sourceInput
        }
    }
}

extension ModelConfig.BatchOutput: MappedMessage {
    static let descriptor = MessageDescriptor(of: inference__batch_output__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.list(1, &targetName)
        fields.value(2, &kind)
        fields.list(3, &sourceInput)
    }
}
