internal import CMessages

extension ModelConfig {
    /// Programs that prepare a model before it is loaded.
    public struct RepositoryAgents: Message {
        /// One such program.
        public struct Agent: Message {
            public var name = ""
            public var parameters: [String: String] = [:]

            public init() {}

            public init(name: String, parameters: [String: String] = [:]) {
                self.name = name
                self.parameters = parameters
            }
        }

        public var agents: [Agent] = []

        public init() {}

        public init(agents: [Agent]) {
            self.agents = agents
        }
    }
}

extension ModelConfig.RepositoryAgents.Agent: MappedMessage {
    static let descriptor = MessageDescriptor(of: inference__model_repository_agents__agent__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.value(1, &name)
        fields.map(2, &parameters)
    }
}

extension ModelConfig.RepositoryAgents: MappedMessage {
    static let descriptor = MessageDescriptor(of: inference__model_repository_agents__init)

    mutating func visit(_ fields: inout some FieldVisitor) {
        fields.list(1, &agents)
    }
}
