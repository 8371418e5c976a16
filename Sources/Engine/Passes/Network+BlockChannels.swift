internal import Kernels
internal import Tensors

extension Network {
    /// Keeps images in blocks of channels from one convolution to the next, through whatever does not care, and brings them
    /// back where something does.
    mutating func blockChannels() throws(EngineError) {
        var blocker = ChannelBlocker(self)
        self = try blocker.run()
    }
}

/// Rebuilds a network with blocked images where they pay.
private struct ChannelBlocker {
    /// The blocked form of a value.
    private struct Blocked {
        let value: Int
        let channels: Int
    }

    private var network: Network
    private var steps: [Network.Step] = []
    /// The blocked forms that there are, by plain value.
    private var blocked: [Int: Blocked] = [:]
    /// Plain values that are there in blocked form only, so far.
    private var isOnlyBlocked: Set<Int> = []
    /// How many inputs read each plain value; an output of the network counts as one.
    private var readers: [Int: Int] = [:]
    /// The step that makes a blocked value, if it is a convolution that may still grow an end.
    private var open: [Int: Int] = [:]

    init(_ network: Network) {
        self.network = network
        for step in network.steps { for input in step.inputs { if let input { readers[input, default: 0] += 1 } } }
        for output in network.outputs { readers[output, default: 0] += 1 }
    }

    mutating func run() throws(EngineError) -> Network {
        for step in network.steps {
            if try block(step) { continue }
            for input in step.inputs { if let input { unblock(input) } }
            steps.append(step)
        }
        for output in network.outputs { unblock(output) }
        network.steps = steps
        return network
    }

    /// Puts the blocked form of a step in its place, if it has one.
    private mutating func block(_ step: Network.Step) throws(EngineError) -> Bool {
        guard step.node.domain.isEmpty || step.operation is Convolution, let output = step.outputs.first ?? nil,
            step.outputs.dropFirst().allSatisfy({ $0 == nil }), network.values[output].fact.dataType == .float32
        else { return false }
        if let convolution = step.operation as? Convolution { return try blockConvolution(step, convolution, output) }
        // Everything else follows what is blocked already.
        guard step.inputs.contains(where: { $0.map { blocked[$0] != nil } ?? false }) else { return false }
        switch step.node.operatorName {
        case "MaxPool", "AveragePool", "GlobalAveragePool", "ReduceMean": return try blockPool(step, output)
        case "BatchNormalization": return try blockNormalization(step, output)
        case "Concat": return try blockConcat(step, output)
        case "Add", "Mul", "Sub", "Div", "PRelu": return try blockPair(step, output)
        case "Resize", "Upsample": return try blockResize(step, output)
        case "Relu", "LeakyRelu", "Clip", "Sigmoid", "HardSigmoid", "HardSwish", "Swish", "Tanh", "Elu", "Selu", "Celu", "Softplus",
            "Softsign", "Mish", "Gelu", "Abs", "Neg", "Sqrt", "Exp", "Erf", "Reciprocal", "ThresholdedRelu", "Floor", "Ceil", "Identity":
            return try blockUnary(step, output)
        default: return false
        }
    }

    private func fact(_ value: Int?) -> Fact? { value.map { network.values[$0].fact } }

    /// The channels of a plain image of rank 4, where they are known.
    private func channels(_ value: Int) -> Int? {
        guard let dims = network.values[value].fact.dims, dims.count == 4 else { return nil }
        return dims[1].value
    }

    /// The blocked form of a value, made if need be; nil for what has none with these channels.
    private mutating func blockedForm(_ value: Int, channels: Int) -> Int? {
        if let form = blocked[value] { return form.channels == channels ? form.value : nil }
        let fact = network.values[value].fact
        guard fact.value == nil, fact.dataType == .float32, channels > 0, fact.dims == nil || self.channels(value) == channels else {
            return nil
        }
        let result = add(value, channels: channels)
        let name = network.values[value].name
        let node = Node(
            name: "\(name).block", operatorName: "BlockChannels", domain: "martlet", version: 1, inputs: [name],
            outputs: [network.values[result].name], attributes: [:])
        steps.append(
            Network.Step(
                node: node, operation: ChannelBlocking(node: node, blocks: ChannelBlocks(channels: channels), direction: .block),
                inputs: [value], outputs: [result]))
        blocked[value] = Blocked(value: result, channels: channels)
        return result
    }

    /// A new value for the blocked form of `value`.
    private mutating func add(_ value: Int, channels: Int) -> Int {
        let plain = network.values[value].fact.dims
        let blocks = ChannelBlocks(channels: channels)
        let dims = plain.flatMap { $0.count == 4 ? blocks.blocked($0) : nil }
        return network.add(network.values[value].name + ".blocked", Fact(.float32, dims))
    }

    /// Makes sure that the plain form of a value is there.
    private mutating func unblock(_ value: Int) {
        guard isOnlyBlocked.remove(value) != nil, let form = blocked[value] else { return }
        open[form.value] = nil
        let name = network.values[value].name
        let node = Node(
            name: "\(name).unblock", operatorName: "UnblockChannels", domain: "martlet", version: 1,
            inputs: [network.values[form.value].name], outputs: [name], attributes: [:])
        steps.append(
            Network.Step(
                node: node, operation: ChannelBlocking(node: node, blocks: ChannelBlocks(channels: form.channels), direction: .unblock),
                inputs: [form.value], outputs: [value]))
    }

    /// Adds a step that makes the blocked form of `output`.
    private mutating func append(
        _ node: Node, _ operation: any Operation, _ inputs: [Int?], _ output: Int, channels: Int
    ) {
        let result = add(output, channels: channels)
        steps.append(Network.Step(node: node, operation: operation, inputs: inputs, outputs: [result]))
        blocked[output] = Blocked(value: result, channels: channels)
        isOnlyBlocked.insert(output)
        for input in inputs { if let input { open[input] = nil } }
        if operation is BlockedConvolution { open[result] = steps.count - 1 }
    }

    private func constant(_ value: Int?) -> Tensor? {
        guard let tensor = fact(value)?.value, tensor.dataType == .float32 else { return nil }
        return tensor
    }

    private mutating func blockConvolution(_ step: Network.Step, _ convolution: Convolution, _ output: Int) throws(EngineError) -> Bool {
        let attributes = convolution.attributes
        guard step.inputs.count >= 2, let x = step.inputs[0], let weights = constant(step.inputs[1]), weights.shape.rank == 4,
            weights.count > 0,
            fact(x)?.dataType == .float32, !attributes.window.crops, weights.shape[0] % attributes.group == 0
        else { return false }
        let activation: Activation
        switch convolution.activation {
        case nil: activation = .identity
        case let function?:
            guard let kernel = function.kernel else { return false }
            activation = kernel
        }
        var bias: Tensor?
        if step.inputs.count > 2, step.inputs[2] != nil {
            guard let given = constant(step.inputs[2]), given.count == weights.shape[0] else { return false }
            bias = given
        }
        let channels = weights.shape[1] * attributes.group
        let isPlanar = channels <= 4 && attributes.group == 1 && blocked[x] == nil
        let spatial = fact(output)?.dims.flatMap { dims -> (rows: Int, columns: Int)? in
            guard dims.count == 4, let rows = dims[2].value, let columns = dims[3].value else { return nil }
            return (rows, columns)
        }
        let isSmooth = [attributes.window.strides, attributes.window.dilations].allSatisfy { $0?.allSatisfy { $0 == 1 } ?? true }
        var residual: Int?
        if step.inputs.count > 3, let z = step.inputs[3] {
            guard let form = blockedForm(z, channels: weights.shape[0]) else { return false }
            residual = form
        }
        guard let filters = BlockedFilters(weights, group: attributes.group, isPlanar: isPlanar, isSmooth: isSmooth, output: spatial)
        else { return false }
        var source = x
        if !isPlanar {
            guard let form = blockedForm(x, channels: channels) else { return false }
            source = form
        }
        let operation = BlockedConvolution(attributes: attributes, filters: filters, bias: bias, activation: activation)
        append(step.node, operation, residual.map { [source, $0] } ?? [source], output, channels: weights.shape[0])
        return true
    }

    private mutating func blockPool(_ step: Network.Step, _ output: Int) throws(EngineError) -> Bool {
        guard let x = step.inputs[0], let form = blocked[x] else { return false }
        let operation: BlockedPool
        switch step.operation {
        case let pool as MaxPool:
            guard pool.attributes.kernel.count == 2, !pool.attributes.window.crops else { return false }
            operation = BlockedPool(node: step.node, window: pool.attributes.window, kind: .maximum)
        case let pool as AveragePool:
            guard pool.attributes.kernel.count == 2, !pool.attributes.window.crops else { return false }
            operation = BlockedPool(node: step.node, window: pool.attributes.window, kind: .average(countsPadding: pool.countsPadding))
        case is GlobalPool: operation = BlockedPool(node: step.node, window: nil, kind: .average(countsPadding: false))
        default:
            // A mean over rows and columns.
            guard try step.node.bool("keepdims", default: true) else { return false }
            var axes = try step.node.ints("axes")
            if step.inputs.count > 1, let list = fact(step.inputs[1])?.value, list.dataType == .int64 {
                axes = list.elements(as: Int64.self).map { Int(truncatingIfNeeded: $0) }
            }
            guard let axes, Set(axes.map { $0 < 0 ? $0 + 4 : $0 }) == [2, 3] else { return false }
            operation = BlockedPool(node: step.node, window: nil, kind: .average(countsPadding: false))
        }
        append(step.node, operation, [form.value], output, channels: form.channels)
        return true
    }

    /// Normalisation with given statistics is a filter of one tap a channel.
    private mutating func blockNormalization(_ step: Network.Step, _ output: Int) throws(EngineError) -> Bool {
        guard let x = step.inputs[0], let form = blocked[x], let normalization = step.operation as? BatchNormalization,
            !normalization.isTraining, normalization.isSpatial, step.inputs.count == 5
        else { return false }
        var parameters: [[Double]] = []
        for input in step.inputs[1...] {
            guard let tensor = constant(input), tensor.count == form.channels else { return false }
            parameters.append(tensor.elements(as: Float.self).map(Double.init))
        }
        let epsilon = Double(normalization.epsilon)
        let factors = (0..<form.channels).map { parameters[0][$0] / (parameters[3][$0] + epsilon).squareRoot() }
        let shifts = (0..<form.channels).map { Float(parameters[1][$0] - parameters[2][$0] * factors[$0]) }
        let weights = Tensor(factors.map { Float($0) }, dataType: .float32, shape: [form.channels, 1, 1, 1])
        let node = Node(
            name: step.node.name, operatorName: "BatchNormalization", domain: "", version: step.node.version, inputs: step.node.inputs,
            outputs: step.node.outputs, attributes: ["group": .int(form.channels)])
        guard form.channels > 1, let filters = BlockedFilters(weights, group: form.channels, isPlanar: false, isSmooth: true, output: nil)
        else { return false }
        let operation = BlockedConvolution(
            attributes: try ConvolutionAttributes(node), filters: filters,
            bias: Tensor(shifts, dataType: .float32, shape: [form.channels]), activation: .identity)
        append(step.node, operation, [form.value], output, channels: form.channels)
        return true
    }

    private mutating func blockConcat(_ step: Network.Step, _ output: Int) throws(EngineError) -> Bool {
        let axis = try step.node.int("axis", default: 1)
        guard axis == 1 || axis == -3 else { return false }
        var forms: [Int] = []
        var total = 0
        for (index, input) in step.inputs.enumerated() {
            guard let input, let channels = blocked[input]?.channels ?? self.channels(input), fact(input)?.value == nil,
                index == step.inputs.count - 1 || ChannelBlocks(channels: channels).isFull
            else { return false }
            total += channels
        }
        for input in step.inputs {
            guard let input, let channels = blocked[input]?.channels ?? self.channels(input),
                let form = blockedForm(input, channels: channels)
            else { return false }
            forms.append(form)
        }
        let node = Node(
            name: step.node.name, operatorName: "Concat", domain: "", version: step.node.version, inputs: step.node.inputs,
            outputs: step.node.outputs, attributes: ["axis": .int(1)])
        append(node, try Concat(node: node), forms.map { $0 }, output, channels: total)
        return true
    }

    private mutating func blockUnary(_ step: Network.Step, _ output: Int) throws(EngineError) -> Bool {
        guard let x = step.inputs[0], let form = blocked[x], step.inputs.dropFirst().allSatisfy({ $0 == nil || fact($0)?.value != nil })
        else { return false }
        if readers[x] == 1, isOnlyBlocked.contains(x), let index = open[form.value],
            var convolution = steps[index].operation as? BlockedConvolution,
            convolution.activation == .identity, let activation = (step.operation as? any ActivationOperation)?.activation
        {
            // The convolution takes the function over, and makes what it made.
            convolution.activation = activation
            let result = add(output, channels: form.channels)
            steps[index].operation = convolution
            steps[index].outputs = [result]
            blocked[output] = Blocked(value: result, channels: form.channels)
            isOnlyBlocked.insert(output)
            open[form.value] = nil
            return true
        }
        append(step.node, step.operation, [form.value] + step.inputs.dropFirst(), output, channels: form.channels)
        return true
    }

    private mutating func blockPair(_ step: Network.Step, _ output: Int) throws(EngineError) -> Bool {
        guard step.node.version >= 7, step.inputs.count == 2, let a = step.inputs[0], let b = step.inputs[1],
            let channels = blocked[a]?.channels ?? blocked[b]?.channels
        else { return false }
        if let x = blocked[a]?.channels, let y = blocked[b]?.channels, x != y { return false }
        var inputs: [Int?] = []
        for input in [a, b] {
            if blocked[input] != nil { continue }
            if let tensor = constant(input) {
                guard Self.blocks(tensor, channels: channels) != nil else { return false }
            } else {
                guard self.channels(input) == channels else { return false }
            }
        }
        for input in [a, b] {
            if let tensor = constant(input), blocked[input] == nil, let form = Self.blocks(tensor, channels: channels) {
                inputs.append(network.add(network.values[input].name + ".blocked", Fact(constant: form)))
            } else {
                guard let form = blockedForm(input, channels: channels) else { return false }
                inputs.append(form)
            }
        }
        append(step.node, step.operation, inputs, output, channels: channels)
        return true
    }

    /// A constant that is broadcast to a plain image, as one that is broadcast to a blocked one.
    private static func blocks(_ tensor: Tensor, channels: Int) -> Tensor? {
        if tensor.count == 1 { return tensor.reshaped(to: [1]) }
        guard tensor.shape.rank <= 4 else { return nil }
        let dims = [Int](repeating: 1, count: 4 - tensor.shape.rank) + tensor.shape.dims
        if dims[1] == channels { return ChannelBlocks(channels: channels).block(tensor.reshaped(to: Shape(dims))) }
        return dims[1] == 1 ? tensor.reshaped(to: Shape(dims + [1])) : nil
    }

    /// Sampling along rows and columns by known factors.
    private mutating func blockResize(_ step: Network.Step, _ output: Int) throws(EngineError) -> Bool {
        guard let x = step.inputs[0], let form = blocked[x], let resize = step.operation as? Resize, resize.settings.axes == nil,
            resize.settings.transformation != .cropAndResize, case .input(let position) = resize.scales, position < step.inputs.count,
            let scales = constant(step.inputs[position]), scales.count == 4
        else { return false }
        let factors = scales.elements(as: Float.self)
        guard factors[0] == 1, factors[1] == 1 else { return false }
        var inputs: [Int?] = [form.value] + [Int?](repeating: nil, count: position)
        inputs[position] = network.add(
            "\(step.node.name).scales", Fact(constant: Tensor(factors + [1], dataType: .float32, shape: [5])))
        append(step.node, step.operation, inputs, output, channels: form.channels)
        return true
    }
}
