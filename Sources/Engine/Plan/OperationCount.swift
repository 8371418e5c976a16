internal import Tensors

/// Estimates the floating-point operations of one step from its shapes: two for each multiplication and addition of a product,
/// one for each element of whatever else is computed.
enum OperationCount {
    /// - Parameters:
    ///   - inputs: nil where an input is left out or only running tells its shape.
    ///   - output: the shape of the first output.
    static func of(_ node: Node, inputs: [Shape?], output: Shape) -> Int {
        func shape(_ index: Int) -> Shape? { index < inputs.count ? inputs[index] : nil }
        switch node.operatorName {
        case "Conv", "FusedConv", "ConvInteger", "NhwcConv":
            // Every output element is a product over one filter.
            return convolution(shape(1), output)
        case "QLinearConv":
            return convolution(shape(3), output)
        case "ConvTranspose":
            // Every input element meets every filter of its channel.
            guard let input = shape(0), let weights = shape(1), weights.rank > 0, weights[0] > 0 else { return output.count }
            return product(2, input.count, weights.count / weights[0])
        case "Gemm", "FusedGemm":
            guard let left = shape(0), left.rank == 2 else { return output.count }
            let isTransposed = (try? node.bool("transA", default: false)) ?? false
            return product(2, output.count, left[isTransposed ? 0 : 1])
        case "MatMul", "FusedMatMul", "MatMulInteger", "DynamicQuantizeMatMul", "MatMulIntegerToFloat", "QLinearMatMul", "MatMulNBits":
            guard let left = shape(0), left.rank > 0 else { return output.count }
            return product(2, output.count, left[left.rank - 1])
        case "LSTM", "GRU", "RNN", "DynamicQuantizeLSTM":
            // Every time step of every row multiplies by both weights.
            guard let input = shape(0), input.rank == 3, let weights = shape(1), let recurrent = shape(2) else { return output.count }
            return product(2, input[0] * input[1], weights.count + recurrent.count)
        case "AveragePool", "MaxPool", "LpPool", "QLinearAveragePool":
            let kernel = (try? node.ints("kernel_shape")) ?? []
            return kernel.reduce(output.count) { product($0, $1) }
        case "GlobalAveragePool", "GlobalMaxPool", "ReduceMean", "ReduceSum", "ReduceMax", "ReduceMin", "Softmax", "LayerNormalization":
            return max(output.count, shape(0)?.count ?? 0)
        case "BlockChannels", "UnblockChannels", "Reshape", "Transpose", "Concat", "Slice", "Gather", "Squeeze", "Unsqueeze", "Flatten", "Identity", "Shape", "Split", "Expand",
            "Pad", "Tile", "Cast", "Constant", "ConstantOfShape":
            return 0
        default:
            return output.count
        }
    }

    /// Every position of the output meets every weight once. Channels may be kept in blocks, padded, the innermost axis being one block.
    private static func convolution(_ weights: Shape?, _ output: Shape) -> Int {
        guard let weights, weights.rank > 2, output.rank >= weights.rank, output.count > 0 else { return output.count }
        let channels = output.rank == weights.rank ? output[1] : output[1] * output[output.rank - 1]
        return product(2, output.count / channels, weights.count)
    }

    private static func product(_ factors: Int...) -> Int {
        var result = 1
        for factor in factors {
            let (value, overflow) = result.multipliedReportingOverflow(by: factor)
            if overflow { return .max }
            result = value
        }
        return result
    }
}

extension Model {
    /// An estimate of the floating-point operations of one run on inputs of these types and shapes. Loops count once.
    public func operationCount(for inputs: [Value]) throws(EngineError) -> Int {
        try check(inputs)
        let schedule = try plan.schedule(for: inputs)
        var total = 0
        for step in plan.network.steps {
            guard let first = step.outputs.first, let output = first.flatMap({ schedule.shapes[$0] }) else { continue }
            // What the shapes alone decide is not computed again.
            if case .constant? = first.map({ schedule.places[$0] }) { continue }
            var inputs = step.inputs.map { $0.flatMap { schedule.shapes[$0] ?? plan.network.values[$0].fact.shape } }
            // Its weights are no input any more.
            if let blocked = step.operation as? BlockedConvolution { inputs = [inputs[0], blocked.filters.shape] }
            let (sum, overflow) = total.addingReportingOverflow(OperationCount.of(step.node, inputs: inputs, output: output))
            total = overflow ? .max : sum
        }
        return total
    }
}
