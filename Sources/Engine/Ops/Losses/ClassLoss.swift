internal import Tensors

/// NegativeLogLikelihoodLoss and SoftmaxCrossEntropyLoss: minus the logarithm of the probability of the right class.
///
/// Scores are [N, C, d…], classes [N, d…], weights [C].
struct ClassLoss: Operation {
    let node: Node
    let reduction: LossReduction
    let ignoredClass: Int?
    /// Whether scores still have to go through a logarithmic softmax, which is also the second output.
    let normalizes: Bool

    init(_ node: Node, normalizes: Bool) throws(EngineError) {
        self.node = node
        self.normalizes = normalizes
        reduction = try LossReduction(node)
        ignoredClass = try node.int("ignore_index")
    }

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let scores = try node.operand(inputs, 0, of: .reals)
        let labels = try node.operand(inputs, 1, of: [.int32, .int64])
        var dims = labels.dims
        if let given = scores.dims {
            guard given.count >= 2 else { throw node.malformed("the scores must have a batch and a class axis") }
            let expected = [given[0]] + given[2...]
            if let own = labels.dims {
                guard own.count == expected.count else { throw node.malformed("the labels have \(own.count) axes, not \(expected.count)") }
                for (mine, wanted) in zip(own, expected) { try node.checkExtent(mine, wanted, "an extent of the labels") }
            }
            dims = expected
        }
        if inputs.count > 2, inputs[2] != nil {
            let weights = try node.operand(inputs, 2, like: scores)
            if let shape = weights.shape, shape.rank != 1 { throw node.malformed("the weights must be a vector") }
            try node.checkExtent(weights.dims?.first, scores.dims.map { $0[1] }, "the number of weights")
        }
        let loss = Fact(type: scores.type, dims: reduction == .none ? dims : [])
        return normalizes && node.outputs.count > 1 ? [loss, Fact(type: scores.type, dims: scores.dims)] : [loss]
    }

    func run(_ run: NodeRun) throws(EngineError) {
        if run.tensor(0).dataType == .float64 { try compute(Double.self, run) } else { try compute(Float.self, run) }
    }

    private func compute<R: RealElement>(_ type: R.Type, _ run: NodeRun) throws(EngineError) {
        let (scores, labels) = (run.tensor(0), run.tensor(1))
        let view = AxisView(scores.shape, axis: 1)
        guard labels.count == view.outer * view.inner else {
            throw EngineError(.invalidInput, "labels of shape \(labels.shape) do not fit scores of \(scores.shape)", place: node.place)
        }
        var logarithms = run.computed(scores, as: type)
        if normalizes {
            let output = run.isWanted(1) ? run.output(1) : nil
            let target =
                output.map { run.destination(for: $0, as: type) }
                ?? run.scratch(byteCount: scores.count * MemoryLayout<R>.stride).assumingMemoryBound(to: type)
            logSoftmax(logarithms, view, into: target)
            logarithms = UnsafePointer(target)
            if let output { run.finish(output, from: target) }
        }
        let weights = run.optionalTensor(2).map { run.computed($0, as: type) }
        if let given = run.optionalTensor(2), given.count != view.length {
            throw EngineError(.invalidInput, "\(given.count) weights for \(view.length) classes", place: node.place)
        }
        let classes = run.computed(labels, as: Int64.self)
        let loss = run.output(0)
        let target = run.destination(for: loss, as: type)
        var (sum, weightSum): (R, R) = (0, 0)
        for place in 0..<labels.count {
            let label = Int(classes[place])
            var (term, weight): (R, R) = (0, 0)
            if label != ignoredClass {
                guard label >= 0, label < view.length else {
                    throw EngineError(.invalidInput, "label \(label) is outside \(view.length) classes", place: node.place)
                }
                weight = weights?[label] ?? 1
                term = -weight * logarithms[(place / view.inner * view.length + label) * view.inner + place % view.inner]
            }
            if reduction == .none { target[place] = term }
            sum += term
            weightSum += weight
        }
        switch reduction {
        case .none: break
        case .sum: target[0] = sum
        case .mean: target[0] = sum / weightSum
        }
        run.finish(loss, from: target)
    }

    private func logSoftmax<R: RealElement>(_ x: UnsafePointer<R>, _ view: AxisView, into y: UnsafeMutablePointer<R>) {
        for outer in 0..<view.outer {
            for column in 0..<view.inner {
                let first = outer * view.length * view.inner + column
                var largest = -R.infinity
                for layer in 0..<view.length { largest = R.larger(largest, x[first + layer * view.inner]) }
                var sum: R = 0
                for layer in 0..<view.length { sum += R.exp(x[first + layer * view.inner] - largest) }
                let logarithm = R.log(sum)
                for layer in 0..<view.length {
                    y[first + layer * view.inner] = x[first + layer * view.inner] - largest - logarithm
                }
            }
        }
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] {
        let batched = inputs.filter { $0 != .absent }
        var loss = RowAxis.absent
        if !batched.isEmpty {
            let isApart = reduction == .none && inputs.count > 1 && inputs[0] == .axis(0) && inputs[1] == .axis(0) && batched.count == 2
            loss = isApart ? .axis(0) : .mixed("it adds up the losses of all rows")
        }
        let logarithms = inputs[0] == .axis(0) || inputs[0] == .absent ? inputs[0] : .mixed("it normalises over the rows")
        return normalizes && node.outputs.count > 1 ? [loss, logarithms] : [loss]
    }

    var outputCount: Int { normalizes && node.outputs.count > 1 ? 2 : 1 }

    static let all: [OperatorEntry] = [
        OperatorEntry("NegativeLogLikelihoodLoss", versions: 12...Int.max) { node throws(EngineError) in
            try ClassLoss(node, normalizes: false)
        },
        OperatorEntry("SoftmaxCrossEntropyLoss", versions: 12...Int.max) { node throws(EngineError) in
            try ClassLoss(node, normalizes: true)
        },
    ]
}
