internal import Tensors

/// BatchNormalization with given statistics; in training mode with those of the batch, which it also hands on.
struct BatchNormalization: Operation {
    let node: Node
    let epsilon: Float
    let momentum: Float
    let isTraining: Bool
    /// One statistic a channel; else (before version 9) one for each element of an image.
    let isSpatial: Bool

    static let entries: [OperatorEntry] = [
        OperatorEntry("BatchNormalization", versions: 1...13) { node throws(EngineError) in
            // Training was not an attribute then: it meant that the statistics are outputs.
            try BatchNormalization(node, isTraining: node.outputs.dropFirst().contains { !$0.isEmpty })
        },
        OperatorEntry("BatchNormalization", versions: 14...Int.max) { node throws(EngineError) in
            try BatchNormalization(node, isTraining: try node.bool("training_mode", default: false))
        },
    ]

    init(_ node: Node, isTraining: Bool) throws(EngineError) {
        self.node = node
        self.isTraining = isTraining
        epsilon = try node.float("epsilon", default: 1e-5)
        momentum = try node.float("momentum", default: 0.9)
        isSpatial = try node.bool("spatial", default: true)
        if isTraining, !isSpatial { throw node.unsupported("training with statistics for each element") }
    }

    private static let labels = ["scale", "B", "mean", "var"]

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let x = try node.tensorFact(inputs, 0, "X", .floating)
        let dataType = x.dataType ?? .float32
        var parameters: [Fact] = []
        for (index, label) in Self.labels.enumerated() { parameters.append(try node.tensorFact(inputs, index + 1, label, .floating)) }
        let channel = x.dims.map { $0.count > 1 ? $0[1] : 1 } ?? .unknown
        if let dims = x.dims {
            guard !dims.isEmpty else { throw node.malformed("the input must not be a scalar") }
            let expected = isSpatial ? [channel] : Array(dims[1...])
            for (fact, label) in zip(parameters, Self.labels) { try node.checkDims(fact, expected, label) }
        }
        let statistics = Fact(parameters[2].dataType ?? dataType, [channel])
        return [try node.outputFact(dataType, x.dims)] + [Fact](repeating: statistics, count: outputCount - 1)
    }

    var outputCount: Int { max(node.outputs.count, 1) }
    var overwritableInputs: [Int] { [0] }

    func run(_ run: NodeRun) throws(EngineError) {
        let types = (0..<5).map { run.tensor($0).dataType }
        if types.contains(.float64) { normalize(run, Double.self) } else { normalize(run, Float.self) }
    }

    private func normalize<T: Real>(_ run: NodeRun, _ type: T.Type) {
        let shape = run.tensor(0).shape
        let x = run.elements(run.tensor(0), as: T.self)
        let (scale, bias) = (run.elements(run.tensor(1), as: T.self), run.elements(run.tensor(2), as: T.self))
        var (mean, variance) = (run.elements(run.tensor(3), as: T.self), run.elements(run.tensor(4), as: T.self))
        let channels = isSpatial ? (shape.rank > 1 ? shape[1] : 1) : shape.count(in: 1..<shape.rank)
        let positions = isSpatial && shape.rank > 2 ? shape.count(in: 2..<shape.rank) : 1
        if isTraining { (mean, variance) = statistics(run, x, shape[0], channels, positions, mean, variance) }
        let (factors, shifts) = (run.scratch(T.self, count: channels), run.scratch(T.self, count: channels))
        for channel in 0..<channels {
            factors[channel] = scale[channel] / (variance[channel] + T(epsilon)).squareRoot()
            shifts[channel] = bias[channel] - mean[channel] * factors[channel]
        }
        let output = run.destination(0, as: T.self)
        run.parallel(shape[0] * channels, costPerPiece: 2 &* positions) { planes in
            for plane in planes {
                let (factor, shift) = (factors[plane % channels], shifts[plane % channels])
                let (source, target) = (x + plane * positions, output.elements + plane * positions)
                for i in 0..<positions { target[i] = source[i] * factor + shift }
            }
        }
        output.finish()
    }

    /// Mean and variance of the batch by channel; writes the running ones as outputs.
    private func statistics<T: Real>(
        _ run: NodeRun, _ x: UnsafePointer<T>, _ batch: Int, _ channels: Int, _ positions: Int, _ oldMean: UnsafePointer<T>,
        _ oldVariance: UnsafePointer<T>
    ) -> (UnsafePointer<T>, UnsafePointer<T>) {
        let (means, variances) = (run.scratch(T.self, count: channels), run.scratch(T.self, count: channels))
        let count = T(batch * positions)
        for channel in 0..<channels {
            var sum: T = 0
            for image in 0..<batch { sum += T.sum(x + (image * channels + channel) * positions, count: positions) }
            means[channel] = sum / count
            var squares: T = 0
            for image in 0..<batch {
                squares += T.sumOfSquares(x + (image * channels + channel) * positions, count: positions, around: means[channel])
            }
            variances[channel] = squares / count
        }
        let keep = T(momentum)
        for (index, old, new) in [(1, oldMean, means), (2, oldVariance, variances)] where run.isWanted(index) {
            let output = run.destination(index, as: T.self)
            for channel in 0..<channels { output.elements[channel] = old[channel] * keep + new[channel] * (1 - keep) }
            output.finish()
        }
        // Before version 14 the batch's own statistics could be saved as well.
        for (index, new) in [(3, means), (4, variances)] where run.isWanted(index) {
            let output = run.destination(index, as: T.self)
            output.elements.update(from: new, count: channels)
            output.finish()
        }
        return (UnsafePointer(means), UnsafePointer(variances))
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] {
        var result = inputs[0]
        for input in inputs.dropFirst() where input != .absent { result = .mixed("its parameters differ from row to row") }
        if case .axis(let axis) = result {
            if isTraining { result = .mixed("it takes statistics over the batch") }
            // A channel or, with statistics for each element, any axis but the batch meets its own parameters.
            if axis == 1 || !isSpatial && axis > 0 { result = .mixed("its parameters differ from row to row") }
        }
        return [RowAxis](repeating: result, count: outputCount)
    }
}
