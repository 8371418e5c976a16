internal import Tensors

/// GroupNorm of images whose channels may come last, with an optional skip connection before and a SiLU behind.
struct ChannelsLastGroupNormalization: Operation {
    let node: Node
    let groups: Int
    let epsilon: Float
    let isChannelsLast: Bool
    let activation: ElementFunction?
    let hasSkip: Bool

    static let entries: [OperatorEntry] = [
        OperatorEntry("GroupNorm", domain: "com.microsoft") { node throws(EngineError) in
            try ChannelsLastGroupNormalization(node, hasSkip: false)
        },
        OperatorEntry("SkipGroupNorm", domain: "com.microsoft") { node throws(EngineError) in
            try ChannelsLastGroupNormalization(node, hasSkip: true)
        },
    ]

    init(_ node: Node, hasSkip: Bool) throws(EngineError) {
        self.node = node
        self.hasSkip = hasSkip
        groups = try GroupNormalization.count(node, "groups")
        epsilon = try node.float("epsilon", default: 1e-5)
        isChannelsLast = try node.bool("channels_last", default: true)
        activation = try node.bool("activation", default: false) ? ElementFunction("silu") : nil
    }

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let x = try node.tensorFact(inputs, 0, "X", .floating)
        let gamma = try node.tensorFact(inputs, 1, "gamma", .floating)
        let beta = try node.tensorFact(inputs, 2, "beta", .floating)
        let dataType = x.dataType ?? .float32
        guard let dims = x.dims else { return [Fact(dataType, nil), Fact(dataType, nil)] }
        guard dims.count >= 3 else { throw node.malformed("the input must have rank 3 or more, not \(dims.count)") }
        let channels = isChannelsLast ? dims[dims.count - 1] : dims[1]
        if let channels = channels.value, channels % groups != 0 {
            throw node.malformed("\(channels) channels do not divide into \(groups) groups")
        }
        for (fact, label) in [(gamma, "gamma"), (beta, "beta")] { try node.checkDims(fact, [channels], label) }
        if hasSkip {
            let skip = try node.tensorFact(inputs, 3, "skip", .floating)
            try node.checkDims(skip, dims, "skip")
            try node.checkDims(try node.optionalTensorFact(inputs, 4, "bias", .floating), [channels], "bias")
        }
        return [try node.outputFact(dataType, dims), Fact(dataType, dims)]
    }

    var outputCount: Int { 2 }

    func run(_ run: NodeRun) throws(EngineError) {
        if run.tensor(0).dataType == .float64 { normalize(run, Double.self) } else { normalize(run, Float.self) }
    }

    private func normalize<T: RowNormalizable>(_ run: NodeRun, _ type: T.Type) {
        let shape = run.tensor(0).shape
        let channels = isChannelsLast ? shape[shape.rank - 1] : shape[1]
        let positions = channels == 0 || shape[0] == 0 ? 0 : shape.count / channels / shape[0]
        // Elements from one channel, and from one position, to the next.
        let (channelStep, positionStep) = isChannelsLast ? (1, channels) : (positions, 1)
        let (gamma, beta) = (run.elements(run.tensor(1), as: T.self), run.elements(run.tensor(2), as: T.self))
        let output = run.destination(0, as: T.self)
        let x = hasSkip ? sum(run, channels, channelStep, as: T.self) : run.elements(run.tensor(0), as: T.self)
        let perGroup = channels / groups
        run.parallel(shape[0] * groups, costPerPiece: 16 &* perGroup &* positions) { range in
            LaneScratch.with(T.self, count: perGroup * positions) { line in
                for index in range {
                    let (image, group) = index.quotientAndRemainder(dividingBy: groups)
                    let base = image * channels * positions + group * perGroup * channelStep
                    for channel in 0..<perGroup {
                        for i in 0..<positions { line[channel * positions + i] = x[base + channel * channelStep + i * positionStep] }
                    }
                    T.normalize(UnsafePointer(line), perGroup * positions, nil, nil, T(epsilon), isCentered: true, into: line)
                    for channel in 0..<perGroup {
                        let (factor, shift) = (gamma[group * perGroup + channel], beta[group * perGroup + channel])
                        for i in 0..<positions { line[channel * positions + i] = line[channel * positions + i] * factor + shift }
                    }
                    activation?.apply(line, count: perGroup * positions, as: T.self)
                    for channel in 0..<perGroup {
                        for i in 0..<positions {
                            output.elements[base + channel * channelStep + i * positionStep] = line[channel * positions + i]
                        }
                    }
                }
            }
        }
        output.finish()
    }

    /// The input with its skip connection and bias added, which is also the second output.
    private func sum<T: Real>(_ run: NodeRun, _ channels: Int, _ channelStep: Int, as type: T.Type) -> UnsafePointer<T> {
        let (x, skip) = (run.elements(run.tensor(0), as: T.self), run.elements(run.tensor(3), as: T.self))
        let bias = run.optionalElements(4, as: T.self)
        let count = run.tensor(0).count
        let total = run.isWanted(1) ? run.destination(1, as: T.self) : nil
        let sums = total?.elements ?? run.scratch(T.self, count: count)
        for i in 0..<count {
            sums[i] = x[i] + skip[i]
            if let bias { sums[i] += bias[channelStep == 1 ? i % channels : i / channelStep % channels] }
        }
        total?.finish()
        return UnsafePointer(sums)
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] {
        var result = inputs[0]
        for (index, input) in inputs.enumerated().dropFirst() where input != .absent && !(index == 3 && input == inputs[0]) {
            result = .mixed("its parameters differ from row to row")
        }
        if hasSkip, inputs[0] != .absent, inputs.count > 3, inputs[3] == .absent { result = .mixed("its skip connection differs from row to row") }
        if case .axis(let axis) = result, axis != 0 { result = .mixed("it normalises over the rows") }
        return [result, result]
    }
}
