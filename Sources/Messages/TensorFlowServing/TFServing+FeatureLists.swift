internal import CMessages

extension TFServing {
    /// Strings or bytes.
    public struct BytesList: Message {
        public var value: [[UInt8]] = []

        public init() {}

        public init(value: [[UInt8]]) {
            self.value = value
        }
    }

    /// Numbers.
    public struct FloatList: Message {
        public var value: [Float] = []

        public init() {}

        public init(value: [Float]) {
            self.value = value
        }
    }

    /// Whole numbers.
    public struct Int64List: Message {
        public var value: [Int64] = []

        public init() {}

        public init(value: [Int64]) {
            self.value = value
        }
    }
}

extension TFServing.BytesList: MappedMessage {
    static let descriptor = MessageDescriptor(of: tensorflow__bytes_list__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.list(1, &value)
    }
}

extension TFServing.FloatList: MappedMessage {
    static let descriptor = MessageDescriptor(of: tensorflow__float_list__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.list(1, &value)
    }
}

extension TFServing.Int64List: MappedMessage {
    static let descriptor = MessageDescriptor(of: tensorflow__int64_list__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.list(1, &value)
    }
}
