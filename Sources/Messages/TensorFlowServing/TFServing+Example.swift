internal import CMessages

extension TFServing {
    /// One example.
    public struct Example: Message {
        public var features: Features?

        public init() {}

        public init(features: Features?) {
            self.features = features
        }
    }

    /// Features by their name.
    public struct Features: Message {
        public var feature: [String: Feature] = [:]

        public init() {}

        public init(feature: [String: Feature]) {
            self.feature = feature
        }
    }

    /// The values of one feature.
    public struct Feature: Message {
        /// The member that is set.
        public enum Kind: Hashable, Sendable {
            case bytesList(BytesList)
            case floatList(FloatList)
            case int64List(Int64List)
        }

        public var kind: Kind?

        public init() {}

        public init(kind: Kind?) {
            self.kind = kind
        }
    }
}

extension TFServing.Example: MappedMessage {
    static let descriptor = MessageDescriptor(of: tensorflow__example__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.optional(1, &features)
    }
}

extension TFServing.Features: MappedMessage {
    static let descriptor = MessageDescriptor(of: tensorflow__features__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.map(1, &feature)
    }
}

extension TFServing.Feature: MappedMessage {
    static let descriptor = MessageDescriptor(of: tensorflow__feature__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.member(1, &kind, Kind.bytesList) { if case .bytesList(let value) = $0 { value } else { nil } }
        fields.member(2, &kind, Kind.floatList) { if case .floatList(let value) = $0 { value } else { nil } }
        fields.member(3, &kind, Kind.int64List) { if case .int64List(let value) = $0 { value } else { nil } }
    }
}
