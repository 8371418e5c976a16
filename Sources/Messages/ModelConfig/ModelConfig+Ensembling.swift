internal import CMessages

extension ModelConfig {
    /// A graph of models.
    public struct Ensembling: Message {
        /// One model of the graph.
        public struct Step: Message {
            public var modelName = ""
            /// -1: the version the server would choose.
            public var modelVersion: Int64 = 0
            /// From an input of the model to the name of a tensor of the ensemble.
            public var inputMap: [String: String] = [:]
            /// From an output of the model to the name of a tensor of the ensemble.
            public var outputMap: [String: String] = [:]
            /// The repository of the model, where names are kept apart.
            public var modelNamespace = ""

            public init() {}

            public init(
                modelName: String, modelVersion: Int64 = 0, inputMap: [String: String] = [:],
                outputMap: [String:
                    String] = [:], modelNamespace: String = ""
            ) {
                self.modelName = modelName
                self.modelVersion = modelVersion
                self.inputMap = inputMap
                self.outputMap = outputMap
                self.modelNamespace = modelNamespace
            }
        }

        public var step: [Step] = []
        /// Requests between two steps, at most; 0: no limit.
        public var maxInflightRequests: UInt32 = 0

        public init() {}

        public init(step: [Step], maxInflightRequests: UInt32 = 0) {
            self.step = step
            self.maxInflightRequests = maxInflightRequests
        }
    }
}

extension ModelConfig.Ensembling.Step: MappedMessage {
    static let descriptor = MessageDescriptor(of: inference__model_ensembling__step__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.value(1, &modelName)
        fields.value(2, &modelVersion)
        fields.map(3, &inputMap)
        fields.map(4, &outputMap)
        fields.value(5, &modelNamespace)
    }
}

extension ModelConfig.Ensembling: MappedMessage {
    static let descriptor = MessageDescriptor(of: inference__model_ensembling__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.list(1, &step)
        fields.value(2, &maxInflightRequests)
    }
}
