internal import Tensors

/// RandomNormal, RandomUniform and their Like forms: a tensor of independent random numbers.
///
/// A node with a seed gives the same numbers in every run.
struct RandomTensor: Operation {
    enum Distribution: Sendable {
        case uniform(low: Float, high: Float)
        case normal(mean: Float, deviation: Float)
    }

    let node: Node
    let distribution: Distribution
    let seed: Float?
    /// nil where the first input's type counts.
    let type: DataType?
    /// nil where the first input's shape counts.
    let shape: Shape?

    init(_ node: Node, isNormal: Bool, isLike: Bool) throws(EngineError) {
        self.node = node
        distribution =
            isNormal
            ? .normal(mean: try node.float("mean", default: 0), deviation: try node.float("scale", default: 1))
            : .uniform(low: try node.float("low", default: 0), high: try node.float("high", default: 1))
        seed = try node.float("seed")
        let given = try node.dataType("dtype")
        type = given ?? (isLike ? nil : .float32)
        if let type, !DataTypeSet.reals.contains(type) { throw node.malformed("attribute 'dtype' must be a float type, is \(type)") }
        if isLike {
            shape = nil
        } else {
            let extents = try node.required("shape", node.ints("shape"))
            guard let checked = Shape(checking: extents) else { throw node.malformed("attribute 'shape' is \(extents)") }
            shape = checked
        }
    }

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        if let shape, let type { return [Fact(type, shape: shape)] }
        let like = try node.operand(inputs, 0, of: .all)
        guard let dataType = type ?? like.dataType, DataTypeSet.reals.contains(dataType) else {
            throw node.malformed("it cannot draw elements of \(like.type)")
        }
        return [Fact(dataType, like.dims)]
    }

    func run(_ run: NodeRun) throws(EngineError) {
        let output = run.output(0)
        var twister = MersenneTwister(seed: seed)
        let target = run.destination(for: output, as: Double.self)
        switch distribution {
        case .uniform(let low, let high):
            let width = Double(high) - Double(low)
            for index in 0..<output.count { target[index] = Double(low) + width * twister.uniform() }
        case .normal(let mean, let deviation):
            var pair = NormalPair()
            for index in 0..<output.count { target[index] = Double(mean) + Double(deviation) * pair.next(&twister) }
        }
        run.finish(output, from: target)
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] {
        inputs.allSatisfy { $0 == .absent } ? [.absent] : [.mixed("it draws random numbers row after row")]
    }

    var isDeterministic: Bool { false }

    static let all: [OperatorEntry] = [
        OperatorEntry("RandomNormal") { node throws(EngineError) in try RandomTensor(node, isNormal: true, isLike: false) },
        OperatorEntry("RandomNormalLike") { node throws(EngineError) in try RandomTensor(node, isNormal: true, isLike: true) },
        OperatorEntry("RandomUniform") { node throws(EngineError) in try RandomTensor(node, isNormal: false, isLike: false) },
        OperatorEntry("RandomUniformLike") { node throws(EngineError) in try RandomTensor(node, isNormal: false, isLike: true) },
    ]
}

/// Standard normal numbers by the polar method, which makes two at a time.
private struct NormalPair {
    private var kept: Double?

    mutating func next(_ twister: inout MersenneTwister) -> Double {
        if let kept {
            self.kept = nil
            return kept
        }
        while true {
            let x = 2 * twister.uniform() - 1
            let y = 2 * twister.uniform() - 1
            let square = x * x + y * y
            if square >= 1 || square == 0 { continue }
            let factor = (-2 * Double.log(square) / square).squareRoot()
            kept = factor * x
            return factor * y
        }
    }
}
