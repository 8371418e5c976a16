internal import Tensors

/// Attention whose scores and probabilities pass through graphs of the model's own.
struct FlexAttention: SubgraphOperation {
    let node: Node
    let scale: Float?
    let precision: DataType?
    let scoreGraph: Graph?
    let probabilityGraph: Graph?
    private var bodies: [Body] = []

    static let entries: [OperatorEntry] = [
        OperatorEntry("FlexAttention", domain: "ai.onnx.preview") { node throws(EngineError) in try FlexAttention(node) }
    ]

    init(_ node: Node) throws(EngineError) {
        self.node = node
        scale = try node.float("scale")
        scoreGraph = try node.graph("score_mod")
        probabilityGraph = try node.graph("prob_mod")
        switch try node.int("softmax_precision") {
        case nil: precision = nil
        case 1: precision = .float32
        case 10: precision = .float16
        case 11: precision = .float64
        case 16: precision = .bfloat16
        case let other?: throw node.malformed("attribute 'softmax_precision' is \(other)")
        }
    }

    var graphs: [Graph] { [scoreGraph, probabilityGraph].compactMap { $0 } }

    func bind(_ bodies: [Body]) throws(EngineError) -> any Operation {
        var bound = self
        bound.bodies = bodies
        return bound
    }

    private func scoresFact(_ inputs: [Fact?]) throws(EngineError) -> Fact {
        let q = try node.tensorFact(inputs, 0, "Q", .floating)
        let k = try node.tensorFact(inputs, 1, "K", .floating)
        let type = precision ?? (q.dataType == .float64 ? .float64 : .float32)
        return try node.outputFact(type, [q.dim(0), q.dim(1), q.dim(2), k.dim(2)])
    }

    func inputFacts(ofGraph index: Int, _ inputs: [Fact?]) throws(EngineError) -> [Fact] { [try scoresFact(inputs)] }

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let q = try node.tensorFact(inputs, 0, "Q", .floating)
        let k = try node.tensorFact(inputs, 1, "K", .floating)
        let v = try node.tensorFact(inputs, 2, "V", .floating)
        for (fact, label) in [(q, "Q"), (k, "K"), (v, "V")] { try node.checkRank(fact, label, 4) }
        try node.checkDims(k, [q.dim(0), k.dim(1), k.dim(2), q.dim(3)], "K")
        try node.checkDims(v, [q.dim(0), k.dim(1), k.dim(2), v.dim(3)], "V")
        if let many = q.dim(1).value, let few = k.dim(1).value, few == 0 ? many != 0 : many % few != 0 {
            throw node.malformed("\(many) query heads do not share \(few) key heads evenly")
        }
        let scores = try scoresFact(inputs)
        for body in bodies {
            let facts = try body.infer([scores], node: inputs)
            guard facts.count == 1, facts[0].dataType == scores.dataType else { throw node.malformed("a graph changes the type of the scores") }
            if let dims = facts[0].dims, let expected = scores.dims { try node.checkDims(Fact(.float32, dims), expected, "scores") }
        }
        return [try node.outputFact(v.dataType ?? .float32, [q.dim(0), q.dim(1), q.dim(2), v.dim(3)])]
    }

    func run(_ run: NodeRun) throws(EngineError) {
        let usesDouble = run.tensor(0).dataType == .float64 || precision == .float64
        if usesDouble { try attend(run, Double.self) } else { try attend(run, Float.self) }
    }

    private func attend<T: AttentionElement>(_ run: NodeRun, _ type: T.Type) throws(EngineError) {
        let (q, k, v) = (run.tensor(0).shape, run.tensor(1).shape, run.tensor(2).shape)
        let sharing = k[1] == 0 ? 1 : q[1] / k[1]
        let shape = Shape([q[0], q[1], q[2], k[2]])
        let heads = q[0] * q[1]
        var scores = Tensor(dataType: precision ?? T.dataType, shape: shape)
        let (query, key, value) = (
            run.elements(run.tensor(0), as: T.self), run.elements(run.tensor(1), as: T.self), run.elements(run.tensor(2), as: T.self)
        )
        let factor = T(scale ?? 1 / Float(q[3]).squareRoot())
        let raw = run.destination(scores, as: T.self)
        run.parallel(heads, costPerPiece: 2 &* q[2] &* k[2] &* q[3]) { range in
            for index in range {
                let shared = index / q[1] * k[1] + index % q[1] / sharing
                let target = raw.elements + index * q[2] * k[2]
                T.multiply(
                    MatrixMultiply(m: q[2], n: k[2], k: q[3], transposesB: true), query + index * q[2] * q[3],
                    key + shared * k[2] * k[3], target)
                for i in 0..<q[2] * k[2] { target[i] *= factor }
            }
        }
        raw.finish()
        var next = bodies[...]
        if scoreGraph != nil, let body = next.popFirst() { scores = try modified(scores, body, run) }
        let probabilities = Tensor(dataType: scores.dataType, shape: shape)
        let (x, y) = (run.elements(scores, as: T.self), run.destination(probabilities, as: T.self))
        if k[2] > 0 {
            for row in 0..<heads * q[2] { T.softmax(x + row * k[2], k[2], y.elements + row * k[2], isLogarithmic: false) }
        }
        y.finish()
        var weights = probabilities
        if probabilityGraph != nil, let body = next.popFirst() { weights = try modified(weights, body, run) }
        let mix = run.elements(weights, as: T.self)
        let output = run.destination(0, as: T.self)
        run.parallel(heads, costPerPiece: 2 &* q[2] &* k[2] &* v[3]) { range in
            for index in range {
                let shared = index / q[1] * k[1] + index % q[1] / sharing
                T.multiply(
                    MatrixMultiply(m: q[2], n: v[3], k: k[2]), mix + index * q[2] * k[2], value + shared * k[2] * v[3],
                    output.elements + index * q[2] * v[3])
            }
        }
        withExtendedLifetime((scores, probabilities, weights)) { output.finish() }
    }

    private func modified(_ tensor: Tensor, _ body: Body, _ run: NodeRun) throws(EngineError) -> Tensor {
        guard case .tensor(let result)? = try body.run([.tensor(tensor)], in: run).first, result.shape == tensor.shape,
            result.dataType == tensor.dataType
        else { throw node.malformed("a graph changes the shape or type of the scores") }
        return result
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] {
        // What the graphs do to rows is not followed.
        if !bodies.isEmpty, inputs.contains(where: { $0 != .absent }) { return [.mixed("its graphs may combine rows")] }
        return [AttentionRows.find(inputs, facts, batched: [0, 1, 2], broadcast: [])]
    }
}
