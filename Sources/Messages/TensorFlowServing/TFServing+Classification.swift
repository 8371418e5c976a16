internal import CMessages

extension TFServing {
    /// Asks for classes.
    public struct ClassificationRequest: Message {
        public var modelSpec: ModelSpec?
        public var input: Input?

        public init() {}

        public init(modelSpec: ModelSpec?, input: Input? = nil) {
            self.modelSpec = modelSpec
            self.input = input
        }
    }

    /// The classes, and what really answered.
    public struct ClassificationResponse: Message {
        public var result: ClassificationResult?
        public var modelSpec: ModelSpec?

        public init() {}

        public init(result: ClassificationResult?, modelSpec: ModelSpec? = nil) {
            self.result = result
            self.modelSpec = modelSpec
        }
    }

    /// The classes of every example.
    public struct ClassificationResult: Message {
        public var classifications: [Classifications] = []

        public init() {}

        public init(classifications: [Classifications]) {
            self.classifications = classifications
        }
    }

    /// The classes of one example.
    public struct Classifications: Message {
        public var classes: [Class] = []

        public init() {}

        public init(classes: [Class]) {
            self.classes = classes
        }
    }

    /// One class.
    public struct Class: Message {
        public var label = ""
        public var score: Float = 0.0

        public init() {}

        public init(label: String, score: Float = 0.0) {
            self.label = label
            self.score = score
        }
    }
}

extension TFServing.ClassificationRequest: MappedMessage {
    static let descriptor = MessageDescriptor(of: tensorflow__serving__classification_request__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.optional(1, &modelSpec)
        fields.optional(2, &input)
    }
}

extension TFServing.ClassificationResponse: MappedMessage {
    static let descriptor = MessageDescriptor(of: tensorflow__serving__classification_response__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.optional(1, &result)
        fields.optional(2, &modelSpec)
    }
}

extension TFServing.ClassificationResult: MappedMessage {
    static let descriptor = MessageDescriptor(of: tensorflow__serving__classification_result__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.list(1, &classifications)
    }
}

extension TFServing.Classifications: MappedMessage {
    static let descriptor = MessageDescriptor(of: tensorflow__serving__classifications__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.list(1, &classes)
    }
}

extension TFServing.Class: MappedMessage {
    static let descriptor = MessageDescriptor(of: tensorflow__serving__class__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.value(1, &label)
        fields.value(2, &score)
    }
}
