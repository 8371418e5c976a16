internal import CMessages

extension ModelConfig {
    /// An input that the server derives from the batch.
    public struct BatchInput: Message {
        /// What it holds.
        public struct Kind: OpenEnum, MappedEnum {
            public var rawValue: Int32

            public init(rawValue: Int32) {
                self.rawValue = rawValue
            }

            public static let elementCount = Kind(rawValue: 0)
            public static let accumulatedElementCount = Kind(rawValue: 1)
            public static let accumulatedElementCountWithZero = Kind(rawValue: 2)
            public static let maxElementCountAsShape = Kind(rawValue: 3)
            public static let itemShape = Kind(rawValue: 4)
            public static let itemShapeFlatten = Kind(rawValue: 5)

            public static let names: [(value: Int32, name: String)] = [
                (0, "BATCH_ELEMENT_COUNT"), (1, "BATCH_ACCUMULATED_ELEMENT_COUNT"),
                (2, "BATCH_ACCUMULATED_ELEMENT_COUNT_WITH_ZERO"), (3, "BATCH_MAX_ELEMENT_COUNT_AS_SHAPE"),
                (4, "BATCH_ITEM_SHAPE"), (5, "BATCH_ITEM_SHAPE_FLATTEN"),
            ]
        }

        public var kind = Kind(rawValue: 0)
        public var targetName: [String] = []
        public var dataType = DataType(rawValue: 0)
        public var sourceInput: [String] = []

        public init() {}

        public init(kind: Kind, targetName: [String] = [], dataType: DataType = .init(rawValue: 0), sourceInput: [String] = []) {
            self.kind = kind
            self.targetName = targetName
            self.dataType = dataType
            self.sourceInput = sourceInput
        }
    }
}

extension ModelConfig.BatchInput: MappedMessage {
    static let descriptor = MessageDescriptor(of: inference__batch_input__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.value(1, &kind)
        fields.list(2, &targetName)
        fields.value(3, &dataType)
        fields.list(4, &sourceInput)
    }
}
