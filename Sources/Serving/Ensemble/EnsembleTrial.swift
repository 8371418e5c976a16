package import Tensors

/// Single pieces of ensembles without an ensemble around them, for tests and tools.
package enum EnsembleTrial {
    /// Whether a condition holds of some tensors; of one row of them when `row` says which.
    ///
    /// - Throws: what the check at load or the evaluation throws.
    package static func holds(
        _ condition: String, tensors: [(name: String, tensor: Tensor?)], parameters: [RequestParameter] = [], row: Int? = nil
    ) throws(ServingError) -> Bool {
        let types = tensors.map { ($0.name, $0.tensor?.dataType ?? .float32) }
        let root = try ExpressionParser.condition(condition) { name in
            types.firstIndex { $0.0 == name }.map { ($0, types[$0].1) }
        }.root
        var evaluator = ExpressionEvaluator(values: tensors.map { $0.tensor.map { EnsembleValue($0) } }, parameters: parameters) {
            types[$0].0
        }
        evaluator.row = row
        return try evaluator.holds(root)
    }

    /// Runs a built-in step: its inputs by name, its outputs in order.
    ///
    /// - Throws: what the check of its options, of its inputs' types and the run throw.
    package static func run(
        _ builtin: String, options: [String: StepOption] = [:], inputs: [String: Tensor], files: [String: [UInt8]] = [:]
    ) throws(ServingError) -> [Tensor] {
        let names = inputs.keys.sorted()
        let step = try BuiltinRegistry.make(builtin, options: options, inputs: names) { files[$0] }
        let tensors = names.compactMap { inputs[$0] }
        let facts = try step.facts(of: tensors.map { TensorFacts($0.dataType, $0.shape.dims) })
        let results = try step.run(tensors)
        // What was said of the outputs before must be true of them.
        for (fact, result) in zip(facts, results) where !fact.fits(TensorFacts(result.dataType, result.shape.dims)) {
            throw ServingError(.internal, "'\(builtin)' was to make \(fact), but made \(TensorFacts(result.dataType, result.shape.dims))")
        }
        return results
    }

    /// Names of all built-in steps.
    package static var builtins: [String] { BuiltinRegistry.all.map { $0.name } }
}
