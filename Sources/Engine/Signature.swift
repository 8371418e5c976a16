/// The inputs and outputs of a model, in order.
public struct Signature: Sendable {
    public struct Port: Sendable {
        public let name: String
        public let type: ValueType
        /// Extents of a tensor; nil when even the rank is open.
        public let dims: [Dim]?

        public init(name: String, type: ValueType, dims: [Dim]?) {
            self.name = name
            self.type = type
            self.dims = dims
        }
    }

    public let inputs: [Port]
    public let outputs: [Port]

    public init(inputs: [Port], outputs: [Port]) {
        self.inputs = inputs
        self.outputs = outputs
    }
}
