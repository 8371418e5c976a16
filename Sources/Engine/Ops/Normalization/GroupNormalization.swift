internal import Tensors

/// InstanceNormalization and GroupNormalization: each group of channels of each image by itself, scaled by channel.
struct GroupNormalization: Operation {
    let node: Node
    /// nil for one group a channel.
    let groups: Int?
    let epsilon: Float
    /// Scale and bias have one element a group, as version 18 had it.
    let scalesByGroup: Bool

    static let entries: [OperatorEntry] = [
        OperatorEntry("InstanceNormalization") { node throws(EngineError) in
            GroupNormalization(node: node, groups: nil, epsilon: try node.float("epsilon", default: 1e-5), scalesByGroup: false)
        },
        OperatorEntry("GroupNormalization", versions: 18...20) { node throws(EngineError) in
            GroupNormalization(
                node: node, groups: try count(node, "num_groups"), epsilon: try node.float("epsilon", default: 1e-5), scalesByGroup: true)
        },
        OperatorEntry("GroupNormalization", versions: 21...Int.max) { node throws(EngineError) in
            GroupNormalization(
                node: node, groups: try count(node, "num_groups"), epsilon: try node.float("epsilon", default: 1e-5), scalesByGroup: false)
        },
    ]

    static func count(_ node: Node, _ name: String) throws(EngineError) -> Int {
        let groups = try node.required(name, try node.int(name))
        guard groups > 0 else { throw node.malformed("attribute '\(name)' is \(groups)") }
        return groups
    }

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let x = try node.tensorFact(inputs, 0, "X", .floating)
        let scale = try node.tensorFact(inputs, 1, "scale", .floating)
        let bias = try node.tensorFact(inputs, 2, "bias", .floating)
        let dataType = x.dataType ?? .float32
        guard let dims = x.dims else { return [Fact(dataType, nil)] }
        guard dims.count >= 2 else { throw node.malformed("the input must have rank 2 or more, not \(dims.count)") }
        if let groups, let channels = dims[1].value, channels % groups != 0 {
            throw node.malformed("\(channels) channels do not divide into \(groups) groups")
        }
        let expected = scalesByGroup ? Dim.known(groups ?? 1) : dims[1]
        for (fact, label) in [(scale, "scale"), (bias, "bias")] { try node.checkDims(fact, [expected], label) }
        return [try node.outputFact(dataType, dims)]
    }

    func run(_ run: NodeRun) throws(EngineError) {
        if run.tensor(0).dataType == .float64 { normalize(run, Double.self) } else { normalize(run, Float.self) }
    }

    private func normalize<T: RowNormalizable>(_ run: NodeRun, _ type: T.Type) {
        let shape = run.tensor(0).shape
        let x = run.elements(run.tensor(0), as: T.self)
        let (scale, bias) = (run.elements(run.tensor(1), as: T.self), run.elements(run.tensor(2), as: T.self))
        let output = run.destination(0, as: T.self)
        let (channels, positions) = (shape[1], shape.count(in: 2..<shape.rank))
        let groups = self.groups ?? channels
        let perGroup = groups == 0 ? 0 : channels / groups
        run.parallel(shape[0] * groups, costPerPiece: 8 &* perGroup &* positions) { range in
            for index in range {
                let start = index * perGroup * positions
                let y = output.elements + start
                T.normalize(x + start, perGroup * positions, nil, nil, T(epsilon), isCentered: true, into: y)
                for channel in 0..<perGroup {
                    let at = scalesByGroup ? index % groups : index % groups * perGroup + channel
                    let (factor, shift, line) = (scale[at], bias[at], y + channel * positions)
                    for i in 0..<positions { line[i] = line[i] * factor + shift }
                }
            }
        }
        output.finish()
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] {
        for input in inputs.dropFirst() where input != .absent { return [.mixed("its parameters differ from row to row")] }
        guard case .axis(let axis) = inputs[0] else { return [inputs[0]] }
        return [axis == 0 ? .axis(0) : .mixed("it normalises over the rows")]
    }
}
