internal import CMessages

extension TFServing {
    /// The rows of a request.
    public struct Input: Message {
        /// The member that is set.
        public enum Kind: Hashable, Sendable {
            case exampleList(ExampleList)
            case exampleListWithContext(ExampleListWithContext)
        }

        public var kind: Kind?

        public init() {}

        public init(kind: Kind?) {
            self.kind = kind
        }
    }

    /// Examples.
    public struct ExampleList: Message {
        public var examples: [Example] = []

        public init() {}

        public init(examples: [Example]) {
            self.examples = examples
        }
    }

    /// Examples, and the features that all of them share.
    public struct ExampleListWithContext: Message {
        public var examples: [Example] = []
        public var context: Example?

        public init() {}

        public init(examples: [Example], context: Example? = nil) {
            self.examples = examples
            self.context = context
        }
    }
}

extension TFServing.Input: MappedMessage {
    static let descriptor = MessageDescriptor(of: tensorflow__serving__input__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.member(1, &kind, Kind.exampleList) { if case .exampleList(let value) = $0 { value } else { nil } }
        fields.member(2, &kind, Kind.exampleListWithContext) { if case .exampleListWithContext(let value) = $0 { value } else { nil } }
    }
}

extension TFServing.ExampleList: MappedMessage {
    static let descriptor = MessageDescriptor(of: tensorflow__serving__example_list__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.list(1, &examples)
    }
}

extension TFServing.ExampleListWithContext: MappedMessage {
    static let descriptor = MessageDescriptor(of: tensorflow__serving__example_list_with_context__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.list(1, &examples)
        fields.optional(2, &context)
    }
}
