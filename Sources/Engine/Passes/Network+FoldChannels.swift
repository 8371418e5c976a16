internal import Glibc
internal import Tensors

extension Network {
    /// Puts what follows a convolution and scales or shifts its channels, normalisation above all, into its weights.
    mutating func foldChannels() throws(EngineError) {
        var rewriter = Rewriter(self)
        for index in rewriter.stepIndices {
            guard let step = rewriter.step(index) else { continue }
            try rewriter.foldChannels(step, at: index)
        }
        self = rewriter.finish()
    }
}

/// y = factor * x + shift, a channel at a time.
private struct ChannelMap {
    var factor: [Double]
    var shift: [Double]
}

extension Rewriter {
    fileprivate mutating func foldChannels(_ step: Network.Step, at index: Int) throws(EngineError) {
        for position in 0..<min(step.inputs.count, 2) {
            guard let producer = soleProducer(of: step.inputs[position]), let convolution = self.step(producer),
                convolution.node.isStandard("Conv", "ConvTranspose"), convolution.inputs.count >= 2,
                let weights = constant(convolution.inputs[1]), weights.dataType == .float32, weights.shape.rank >= 3
            else { continue }
            let group = try convolution.node.int("group", default: 1)
            let isTransposed = convolution.node.operatorName == "ConvTranspose"
            if isTransposed, group != 1 { continue }
            let channels = weights.shape[isTransposed ? 1 : 0]
            var bias = [Double](repeating: 0, count: channels)
            if convolution.inputs.count > 2, let input = convolution.inputs[2] {
                guard let given = constant(input), given.dataType == .float32, given.count == channels else { continue }
                bias = given.elements(as: Float.self).map(Double.init)
            }
            guard let map = try channelMap(step, position, channels: channels, rank: weights.shape.rank) else { continue }
            let name = convolution.node.name
            let newWeights = add("\(name).weights", Self.scaled(weights, by: map.factor, axis: isTransposed ? 1 : 0))
            let newBias = add(
                "\(name).bias",
                Tensor(
                    (0..<channels).map { Float(bias[$0] * map.factor[$0] + map.shift[$0]) }, dataType: .float32, shape: [channels]))
            try replace(index, absorbing: [producer], with: convolution.node, inputs: [convolution.inputs[0], newWeights, newBias])
            return
        }
    }

    /// What `step` does to the channels of its input `position`; nil when it does anything else.
    private func channelMap(
        _ step: Network.Step, _ position: Int, channels: Int, rank: Int
    ) throws(EngineError) -> ChannelMap? {
        if step.node.isStandard("BatchNormalization") {
            guard position == 0, step.inputs.count == 5, step.outputs.dropFirst().allSatisfy({ $0 == nil }),
                try !step.node.bool("training_mode", default: false), try step.node.bool("spatial", default: true)
            else { return nil }
            var parameters: [[Double]] = []
            for input in step.inputs[1...] {
                guard let tensor = constant(input), tensor.dataType == .float32, tensor.count == channels else { return nil }
                parameters.append(tensor.elements(as: Float.self).map(Double.init))
            }
            let epsilon = Double(try step.node.float("epsilon", default: 1e-5))
            let factor = (0..<channels).map { parameters[0][$0] / sqrt(parameters[3][$0] + epsilon) }
            return ChannelMap(factor: factor, shift: (0..<channels).map { parameters[1][$0] - parameters[2][$0] * factor[$0] })
        }
        guard step.node.isStandard("Mul", "Add"), step.inputs.count == 2, let other = constant(step.inputs[1 - position]),
            other.dataType == .float32, other.shape.rank <= rank
        else { return nil }
        // One element a channel, or one for all: every other extent is 1.
        let padded = [Int](repeating: 1, count: rank - other.shape.rank) + other.shape.dims
        guard padded.indices.allSatisfy({ padded[$0] == 1 || ($0 == 1 && padded[$0] == channels) }) else { return nil }
        let given = other.elements(as: Float.self).map(Double.init)
        let values = given.count == channels ? given : [Double](repeating: given[0], count: channels)
        return step.node.operatorName == "Mul"
            ? ChannelMap(factor: values, shift: [Double](repeating: 0, count: channels))
            : ChannelMap(factor: [Double](repeating: 1, count: channels), shift: values)
    }

    private static func scaled(_ weights: Tensor, by factor: [Double], axis: Int) -> Tensor {
        let result = Tensor(dataType: .float32, shape: weights.shape)
        let (source, target) = (weights.pointer(as: Float.self), result.mutablePointer(as: Float.self))
        let inner = weights.shape.count(in: axis + 1..<weights.shape.rank)
        let extent = weights.shape[axis]
        withExtendedLifetime(weights) {
            for index in 0..<weights.count { target[index] = Float(Double(source[index]) * factor[index / inner % extent]) }
        }
        return result
    }
}
