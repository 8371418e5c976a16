internal import Tensors

/// The arithmetic of one optimizer for one element of one variable.
protocol OptimizerRule: Sendable {
    /// Tensors of state besides the variable and its gradient: momenta, accumulated squares.
    var stateCount: Int { get }

    /// The learning rate of this step, in which `step` counts from 0.
    func rate(_ rate: Double, step: Int64) -> Double

    /// The new variable, with `state` brought up to date.
    func update(_ x: Double, gradient: Double, state: inout (Double, Double), rate: Double, step: Int64) -> Double
}

/// One step of an optimizer over any number of variables.
///
/// Inputs are the learning rate, the number of steps so far, all variables, all gradients, and all tensors of each state;
/// outputs are all variables and all tensors of each state.
struct OptimizerStep<Rule: OptimizerRule>: Operation {
    let node: Node
    let rule: Rule

    private func variableCount(_ inputCount: Int) throws(EngineError) -> Int {
        let perVariable = 2 + rule.stateCount
        guard inputCount > 2, (inputCount - 2) % perVariable == 0 else {
            throw node.malformed("it has \(inputCount) inputs, which should be 2 and \(perVariable) for each variable")
        }
        return (inputCount - 2) / perVariable
    }

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let count = try variableCount(inputs.count)
        let scalars = [try node.operand(inputs, 0, of: [.float32, .float64]), try node.operand(inputs, 1, of: .int64)]
        for scalar in scalars {
            if let shape = scalar.shape, shape.count != 1 { throw node.malformed("rate and step count must be scalars, not \(shape)") }
        }
        var outputs: [Fact] = []
        for index in 2..<inputs.count {
            let variable = try node.operand(inputs, 2 + (index - 2) % count, of: [.float32, .float64])
            let own = try node.operand(inputs, index, like: variable)
            if let shape = own.shape, let wanted = variable.shape, shape != wanted {
                throw node.malformed("input \(index) has shape \(shape), its variable \(wanted)")
            }
            let isGradient = (index - 2) / count == 1
            if !isGradient { outputs.append(Fact(type: own.type, dims: own.dims)) }
        }
        return outputs
    }

    func run(_ run: NodeRun) throws(EngineError) {
        let count = try variableCount(run.inputCount)
        var rate = 0.0
        let given = run.tensor(0)
        guard given.count == 1, let step = run.integers(1)?.first else {
            throw EngineError(.invalidInput, "rate and step count must be scalars", place: node.place)
        }
        ElementConversion.standard.convert(given.bytes, given.dataType, to: &rate, .float64, count: 1)
        for variable in 0..<count { update(run, variable, count, rule.rate(rate, step: Int64(step)), Int64(step)) }
    }

    private func update(_ run: NodeRun, _ variable: Int, _ count: Int, _ rate: Double, _ step: Int64) {
        let inputs = (0..<2 + rule.stateCount).map { run.computed(run.tensor(2 + variable + $0 * count), as: Double.self) }
        let outputs = (0..<1 + rule.stateCount).map { run.output(variable + $0 * count) }
        let targets = outputs.map { run.destination(for: $0, as: Double.self) }
        for index in 0..<outputs[0].count {
            var state = (rule.stateCount > 0 ? inputs[2][index] : 0, rule.stateCount > 1 ? inputs[3][index] : 0)
            targets[0][index] = rule.update(inputs[0][index], gradient: inputs[1][index], state: &state, rate: rate, step: step)
            if rule.stateCount > 0 { targets[1][index] = state.0 }
            if rule.stateCount > 1 { targets[2][index] = state.1 }
        }
        for (output, target) in zip(outputs, targets) { run.finish(output, from: target) }
    }

    var outputCount: Int { node.outputs.count }
}

extension OperatorEntry {
    static func optimizer(
        _ name: String, _ make: @escaping @Sendable (Node) throws(EngineError) -> some OptimizerRule
    ) -> OperatorEntry {
        OperatorEntry(name, domain: "ai.onnx.preview.training") { node throws(EngineError) in
            OptimizerStep(node: node, rule: try make(node))
        }
    }
}
