internal import Tensors

/// Hands its input on; only in training does it drop elements at random and scale up the rest.
struct Dropout: Operation {
    let node: Node
    let seed: Int?

    private var hasMask: Bool { node.outputs.count > 1 && !node.outputs[1].isEmpty }

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let x = try node.operand(inputs, 0, of: .reals.union(.float8))
        for (index, what) in [(1, "ratio"), (2, "training mode")] {
            if let shape = try node.optionalOperand(inputs, index, of: .all)?.shape, shape.count != 1 {
                throw node.malformed("the \(what) must be a scalar, has shape \(shape)")
            }
        }
        _ = try node.optionalOperand(inputs, 1, of: .reals.union(.float8))
        _ = try node.optionalOperand(inputs, 2, of: .bool)
        let output = Fact(type: x.type, dims: x.dims)
        // The mask was of the input's type at first.
        let mask = Fact(type: node.version < 10 ? x.type : .tensor(.bool), dims: x.dims)
        return Array([output, mask].prefix(node.outputs.count))
    }

    func prepare(_ inputs: [Fact?]) throws(EngineError) -> (any Operation)? {
        guard node.outputs.count == 1 else { return nil }
        guard inputs.count > 2, let mode = inputs[2] else { return Identity() }
        guard let value = mode.value, value.count == 1 else { return nil }
        return value.bytes.load(as: UInt8.self) == 0 ? Identity() : nil
    }

    func run(_ run: NodeRun) throws(EngineError) {
        let x = run.tensor(0)
        let y = run.output(0)
        let isTraining = run.optionalTensor(2).map { $0.count == 1 && $0.bytes.load(as: UInt8.self) != 0 } ?? false
        let ratio = isTraining ? self.ratio(run) : 0
        guard ratio != 0 else {
            if x.bytes != UnsafeRawPointer(y.mutableBytes) { y.mutableBytes.copyMemory(from: x.bytes, byteCount: y.byteCount) }
            if hasMask { fillMask(run.output(1)) }
            return
        }
        guard ratio > 0, ratio < 1 else {
            throw EngineError(.invalidInput, "the ratio \(ratio) is not in [0, 1)", place: node.place)
        }
        let source = run.computed(x, as: Double.self)
        let target = run.destination(for: y, as: Double.self)
        let mask = hasMask ? run.output(1).mutablePointer(as: UInt8.self) : nil
        var twister = seed.map { MersenneTwister(seed: UInt32(truncatingIfNeeded: $0)) } ?? MersenneTwister(seed: nil as Float?)
        let scale = 1 / (1 - ratio)
        for index in 0..<y.count {
            let isKept = twister.uniform() >= ratio
            target[index] = isKept ? source[index] * scale : 0
            mask?[index] = isKept ? 1 : 0
        }
        run.finish(y, from: target)
    }

    private func ratio(_ run: NodeRun) -> Double {
        guard let tensor = run.optionalTensor(1), tensor.count == 1 else { return 0.5 }
        var ratio = 0.5
        ElementConversion.standard.convert(tensor.bytes, tensor.dataType, to: &ratio, .float64, count: 1)
        return ratio
    }

    private func fillMask(_ mask: Tensor) {
        let width = mask.dataType.byteWidth
        var one: Float = 1
        for index in 0..<mask.count {
            ElementConversion.standard.convert(&one, .float32, to: mask.mutableBytes + index * width, mask.dataType, count: 1)
        }
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] {
        let mayTrain: Bool
        if facts.count > 2, let mode = facts[2] {
            mayTrain = mode.value.map { $0.count != 1 || $0.bytes.load(as: UInt8.self) != 0 } ?? true
        } else {
            mayTrain = false
        }
        let result: RowAxis = mayTrain && inputs[0] != .absent ? .mixed("it draws random numbers row after row") : inputs[0]
        return [RowAxis](repeating: result, count: max(1, min(2, node.outputs.count)))
    }

    var outputCount: Int { max(1, min(2, node.outputs.count)) }
    var isDeterministic: Bool { seed != nil || node.version < 12 || node.inputs.count < 3 || node.inputs[2].isEmpty }

    static let all: [OperatorEntry] = [
        OperatorEntry("Dropout") { node throws(EngineError) in Dropout(node: node, seed: try node.int("seed")) }
    ]
}
