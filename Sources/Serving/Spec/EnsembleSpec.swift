/// A model that is made of others.
public struct EnsembleSpec: Sendable, Hashable {
    public struct Step: Sendable, Hashable {
        public var model: String
        public var version: VersionSelector
        /// The member's input names, each with the ensemble tensor that feeds it.
        public var inputs: [String: String]
        /// The member's output names, each with the ensemble tensor that it makes.
        public var outputs: [String: String]

        public init(model: String, version: VersionSelector = .any, inputs: [String: String], outputs: [String: String]) {
            self.model = model
            self.version = version
            self.inputs = inputs
            self.outputs = outputs
        }
    }

    public var steps: [Step]

    public init(steps: [Step]) { self.steps = steps }
}
