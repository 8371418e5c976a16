internal import CMessages

extension TFServing {
    /// Asks for values.
    public struct RegressionRequest: Message {
        public var modelSpec: ModelSpec?
        public var input: Input?

        public init() {}

        public init(modelSpec: ModelSpec?, input: Input? = nil) {
            self.modelSpec = modelSpec
            self.input = input
        }
    }

    /// The values, and what really answered.
    public struct RegressionResponse: Message {
        public var result: RegressionResult?
        public var modelSpec: ModelSpec?

        public init() {}

        public init(result: RegressionResult?, modelSpec: ModelSpec? = nil) {
            self.result = result
            self.modelSpec = modelSpec
        }
    }

    /// The values of all examples.
    public struct RegressionResult: Message {
        public var regressions: [Regression] = []

        public init() {}

        public init(regressions: [Regression]) {
            self.regressions = regressions
        }
    }

    /// The value of one example.
    public struct Regression: Message {
        public var value: Float = 0.0

        public init() {}

        public init(value: Float) {
            self.value = value
        }
    }
}

extension TFServing.RegressionRequest: MappedMessage {
    static let descriptor = MessageDescriptor(of: tensorflow__serving__regression_request__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.optional(1, &modelSpec)
        fields.optional(2, &input)
    }
}

extension TFServing.RegressionResponse: MappedMessage {
    static let descriptor = MessageDescriptor(of: tensorflow__serving__regression_response__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.optional(1, &result)
        fields.optional(2, &modelSpec)
    }
}

extension TFServing.RegressionResult: MappedMessage {
    static let descriptor = MessageDescriptor(of: tensorflow__serving__regression_result__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.list(1, &regressions)
    }
}

extension TFServing.Regression: MappedMessage {
    static let descriptor = MessageDescriptor(of: tensorflow__serving__regression__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.value(1, &value)
    }
}
