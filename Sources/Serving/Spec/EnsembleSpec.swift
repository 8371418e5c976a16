/// A model that is made of others: steps that pass tensors on to each other.
///
/// Tensors of an ensemble go by names of its own. One that no step makes is an input of the ensemble.
public struct EnsembleSpec: Sendable, Hashable {
    /// What a step runs.
    public enum Target: Sendable, Hashable {
        /// Another model of the repository, ensembles included.
        case model(String, VersionSelector)
        /// Something that the server does itself, such as `softmax`, with its options.
        case builtin(String, [String: StepOption])
    }

    /// One case of a switch: the step runs when the expression equals the key.
    public struct Choice: Sendable, Hashable {
        /// Cases of the same switch have the same number; no two of them ever run in one request, so they may make the same tensors.
        public var group: Int
        public var expression: String
        /// Nil for the case that runs when no other does.
        public var key: String?
        /// The keys of all other cases, for the one without a key.
        public var otherKeys: [String]

        public init(group: Int, expression: String, key: String?, otherKeys: [String] = []) {
            self.group = group
            self.expression = expression
            self.key = key
            self.otherKeys = otherKeys
        }
    }

    public struct Step: Sendable, Hashable {
        /// What messages, statistics and traces call it; empty for a name made from what it runs.
        public var name: String
        public var target: Target
        /// The step's input names, each with the ensemble tensor that feeds it; of several the first that is there.
        public var inputs: [String: [String]]
        /// The step's output names, each with the ensemble tensor that it makes.
        public var outputs: [String: String]
        /// The step runs when this holds of the whole request.
        public var when: String?
        /// The step runs on those rows of which this holds.
        public var perRow: String?
        public var choice: Choice?
        /// Inputs of which each row becomes a request of its own; the answers are stacked.
        public var mapped: Set<String>
        /// The step has failed when it has no answer after this time.
        public var timeoutNanos: Int64?
        /// Run one after the other when the step fails, until one does not. They make the same tensors.
        public var fallbacks: [Step]

        public init(name: String = "", target: Target, inputs: [String: [String]], outputs: [String: String]) {
            self.name = name
            self.target = target
            self.inputs = inputs
            self.outputs = outputs
            mapped = []
            fallbacks = []
        }

        /// A step that runs a model on single tensors, as Triton's ensembles have them.
        public init(model: String, version: VersionSelector = .any, inputs: [String: String], outputs: [String: String]) {
            self.init(target: .model(model, version), inputs: inputs.mapValues { [$0] }, outputs: outputs)
        }
    }

    public var steps: [Step]
    /// Outputs that are not the tensor of their own name: the first tensor of the list that is there.
    public var outputSources: [String: [String]]

    public init(steps: [Step], outputSources: [String: [String]] = [:]) {
        self.steps = steps
        self.outputSources = outputSources
    }

    /// Every model that some step runs, and how it picks the version; each once, in the order of the steps.
    public var members: [Member] {
        var members: [Member] = []
        for step in steps {
            let chain = [step] + step.fallbacks
            for (place, link) in chain.enumerated() {
                guard case .model(let model, let selector) = link.target else { continue }
                let member = Member(model: model, selector: selector, isReplaceable: place + 1 < chain.count)
                if !members.contains(member) { members.append(member) }
            }
        }
        return members
    }

    public struct Member: Sendable, Hashable {
        public var model: String
        public var selector: VersionSelector
        /// Another step takes its place when it fails, or is not there.
        public var isReplaceable: Bool
    }
}

/// An option of a built-in step, as a configuration states it.
public enum StepOption: Sendable, Hashable {
    case number(Double)
    case flag(Bool)
    case text(String)
    case list([StepOption])
}
