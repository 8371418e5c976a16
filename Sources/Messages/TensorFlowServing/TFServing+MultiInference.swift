internal import CMessages

extension TFServing {
    /// Tasks and their examples.
    public struct MultiInferenceRequest: Message {
        public var tasks: [InferenceTask] = []
        public var input: Input?

        public init() {}

        public init(tasks: [InferenceTask], input: Input? = nil) {
            self.tasks = tasks
            self.input = input
        }
    }

    /// The outcomes, in the order of the tasks.
    public struct MultiInferenceResponse: Message {
        public var results: [InferenceResult] = []

        public init() {}

        public init(results: [InferenceResult]) {
            self.results = results
        }
    }

    /// One of the things to be done with the examples.
    public struct InferenceTask: Message {
        public var modelSpec: ModelSpec?
        /// tensorflow/serving/classify or tensorflow/serving/regress.
        public var methodName = ""

        public init() {}

        public init(modelSpec: ModelSpec?, methodName: String = "") {
            self.modelSpec = modelSpec
            self.methodName = methodName
        }
    }

    /// The outcome of one task.
    public struct InferenceResult: Message {
        /// The member that is set.
        public enum Result: Hashable, Sendable {
            case classificationResult(ClassificationResult)
            case regressionResult(RegressionResult)
        }

        public var modelSpec: ModelSpec?
        public var result: Result?

        public init() {}

        public init(modelSpec: ModelSpec?, result: Result? = nil) {
            self.modelSpec = modelSpec
            self.result = result
        }
    }
}

extension TFServing.MultiInferenceRequest: MappedMessage {
    static let descriptor = MessageDescriptor(of: tensorflow__serving__multi_inference_request__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.list(1, &tasks)
        fields.optional(2, &input)
    }
}

extension TFServing.MultiInferenceResponse: MappedMessage {
    static let descriptor = MessageDescriptor(of: tensorflow__serving__multi_inference_response__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.list(1, &results)
    }
}

extension TFServing.InferenceTask: MappedMessage {
    static let descriptor = MessageDescriptor(of: tensorflow__serving__inference_task__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.optional(1, &modelSpec)
        fields.value(2, &methodName)
    }
}

extension TFServing.InferenceResult: MappedMessage {
    static let descriptor = MessageDescriptor(of: tensorflow__serving__inference_result__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.optional(1, &modelSpec)
        fields.member(2, &result, Result.classificationResult) { if case .classificationResult(let value) = $0 { value } else { nil } }
        fields.member(3, &result, Result.regressionResult) { if case .regressionResult(let value) = $0 { value } else { nil } }
    }
}
