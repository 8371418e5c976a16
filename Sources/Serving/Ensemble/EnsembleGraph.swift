internal import Tensors

/// An ensemble in its checked form: steps and tensors by number. Shared by all requests, and never changed.
final class EnsembleGraph: Sendable {
    /// A tensor, or the sign that a step failed, on which its fallback waits.
    struct TensorNode: Sendable {
        let name: String
        let facts: TensorFacts
        /// How many steps may make it; 0 for an input of the ensemble.
        var makers = 0
        /// Steps that wait until it is made or known not to be, each once.
        var waiters: [Int] = []
    }

    struct Input: Sendable {
        let name: Name
        /// Tensors by number; of several the first that is there.
        let sources: [Int]
        let isOptional: Bool
        /// Each row becomes a request of its own.
        let isMapped: Bool
    }

    struct Output: Sendable {
        let name: String
        let tensor: Int
    }

    enum Target: Sendable {
        case model(Name, VersionSelector)
        case builtin(any BuiltinStep)
    }

    final class Step: Sendable {
        let name: String
        let target: Target
        let inputs: [Input]
        let outputs: [Output]
        /// Outputs to ask a model for; empty for all that it has.
        let requested: [Name]
        /// Of the whole request, or of each row when `isPerRow`.
        let condition: ExpressionNode?
        let isPerRow: Bool
        /// Rows of mapped inputs lose their leading extent, and answers get one.
        let dropsExtent: Bool
        /// The tensor that is there when the step failed and another is to take its place.
        let failureSign: Int?
        /// The tensor without which the step does not run, for it replaces another.
        let replaces: Int?
        let timeoutNanos: Int64?
        let isMapped: Bool
        let statistics = StepStatistics()

        init(
            name: String, target: Target, inputs: [Input], outputs: [Output], requested: [Name], condition: ExpressionNode?, isPerRow: Bool,
            dropsExtent: Bool, failureSign: Int?, replaces: Int?, timeoutNanos: Int64?
        ) {
            self.name = name
            self.target = target
            self.inputs = inputs
            self.outputs = outputs
            self.requested = requested
            self.condition = condition
            self.isPerRow = isPerRow
            self.dropsExtent = dropsExtent
            self.failureSign = failureSign
            self.replaces = replaces
            self.timeoutNanos = timeoutNanos
            isMapped = inputs.contains(where: \.isMapped)
        }
    }

    /// An output of the ensemble.
    struct Result: Sendable {
        let name: String
        let sources: [Int]
        let isOptional: Bool
    }

    let model: String
    let signature: ModelSignature
    let hasRows: Bool
    let maxRows: Int
    let tensors: [TensorNode]
    let steps: [Step]
    /// Steps so that each comes after those it waits for.
    let order: [Int]
    /// For each input of the signature the tensor that it is.
    let inputs: [Int]
    let results: [Result]
    /// For each step the number of tensors that it waits for.
    let waits: [Int]

    init(
        model: String, signature: ModelSignature, hasRows: Bool, maxRows: Int, tensors: [TensorNode], steps: [Step], order: [Int],
        inputs: [Int], results: [Result], waits: [Int]
    ) {
        self.model = model
        self.signature = signature
        self.hasRows = hasRows
        self.maxRows = maxRows
        self.tensors = tensors
        self.steps = steps
        self.order = order
        self.inputs = inputs
        self.results = results
        self.waits = waits
    }

    /// The time that steps after each one take at least, by experience, along the longest way; for the step of each place.
    func tails(into tails: inout [Int64]) {
        if tails.count != steps.count { tails = Array(repeating: 0, count: steps.count) }
        for step in order.reversed() {
            var longest: Int64 = 0
            for output in steps[step].outputs {
                for waiter in tensors[output.tensor].waiters {
                    longest = max(longest, tails[waiter] &+ steps[waiter].statistics.usualNanos)
                }
            }
            if let sign = steps[step].failureSign {
                for waiter in tensors[sign].waiters { longest = max(longest, tails[waiter] &+ steps[waiter].statistics.usualNanos) }
            }
            tails[step] = longest
        }
    }
}
