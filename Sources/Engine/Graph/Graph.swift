public import Tensors

/// A graph as the model's file has it, with types and attributes decoded and nothing else done.
public struct Graph: Sendable {
    public struct Port: Sendable {
        public let name: String
        /// What the file declares; nil where a subgraph leaves it to be inferred.
        public let fact: Fact?

        public init(name: String, fact: Fact?) {
            self.name = name
            self.fact = fact
        }
    }

    public var name: String
    public var inputs: [Port]
    public var outputs: [Port]
    public var nodes: [Node]
    /// Constants by name. One that is also an input is that input's default.
    public var initializers: [String: Tensor]

    public init(name: String, inputs: [Port], outputs: [Port], nodes: [Node], initializers: [String: Tensor]) {
        self.name = name
        self.inputs = inputs
        self.outputs = outputs
        self.nodes = nodes
        self.initializers = initializers
    }
}
