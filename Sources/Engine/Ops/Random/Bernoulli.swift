internal import Tensors

/// 1 with the probability that each element gives, else 0.
struct Bernoulli: Operation {
    let node: Node
    let type: DataType?
    let seed: Float?

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let probability = try node.operand(inputs, 0, of: .reals)
        return [Fact(type: type.map(ValueType.tensor) ?? probability.type, dims: probability.dims)]
    }

    func run(_ run: NodeRun) throws(EngineError) {
        let output = run.output(0)
        let probability = run.computed(run.tensor(0), as: Double.self)
        let target = run.destination(for: output, as: Double.self)
        var twister = MersenneTwister(seed: seed)
        for index in 0..<output.count { target[index] = twister.uniform() < probability[index] ? 1 : 0 }
        run.finish(output, from: target)
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] {
        inputs[0] == .absent ? [.absent] : [.mixed("it draws random numbers row after row")]
    }

    var isDeterministic: Bool { false }

    static let all: [OperatorEntry] = [
        OperatorEntry("Bernoulli", versions: 15...Int.max) { node throws(EngineError) in
            let type = try node.dataType("dtype")
            if let type, !DataTypeSet.numbersAndBool.contains(type) { throw node.malformed("attribute 'dtype' must be a number type") }
            return Bernoulli(node: node, type: type, seed: try node.float("seed"))
        }
    ]
}
