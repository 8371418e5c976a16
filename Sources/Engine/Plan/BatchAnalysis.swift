internal import Tensors

/// Follows the batch axis through a network, from the inputs' leading axes to the outputs'.
///
/// The network is inferred for two batch sizes side by side. What the shapes alone decide is computed for both, so that the
/// detours of exporters, which read a shape to build another, come out as plain extents; what differs between the two
/// depends on the size of the batch and may not reach an element.
struct BatchAnalysis {
    /// Two sizes that no model is likely to use for anything else.
    private static let sizes = [13, 17]
    /// Extents tried for open axes other than the batch, until the network accepts one.
    private static let extents = [32, 64, 16, 8, 48, 224, 10, 3, 1]
    /// Elements of a constant that is computed for the sake of the analysis.
    private static let constantElements = 1 << 18

    /// What is known of one value.
    private struct State {
        /// One fact for each batch size.
        var facts: [Fact]
        var rows: RowAxis
        /// Where and why rows were mixed.
        var origin: (node: String, reason: String)?
        /// A constant for each size of the batch, and not the same.
        var dependsOnSize = false
    }

    private let network: Network
    private var states: [State] = []

    static func analyse(_ network: Network) -> Batchability {
        guard !network.inputs.isEmpty else { return .separate(node: nil, reason: "it has no inputs") }
        for value in network.inputs {
            let (name, fact) = (network.values[value].name, network.values[value].fact)
            guard fact.dataType != nil else { return .separate(node: nil, reason: "input '\(name)' is not a tensor") }
            guard let dims = fact.dims else { return .separate(node: nil, reason: "input '\(name)' has no declared rank") }
            guard let leading = dims.first else { return .separate(node: nil, reason: "input '\(name)' is a scalar") }
            if case .known(let extent) = leading {
                return .separate(node: nil, reason: "the leading dimension of input '\(name)' is fixed to \(extent)")
            }
        }
        var failure: EngineError?
        for extent in extents {
            var analysis = BatchAnalysis(network)
            do throws(EngineError) {
                try analysis.follow(openExtent: extent)
                return analysis.verdict
            } catch {
                // Extents that a model cannot take fail at some node: another try may get further.
                failure = failure ?? error
            }
        }
        return .separate(node: failure?.place, reason: "its shapes cannot be followed: \(failure?.message ?? "")")
    }

    private init(_ network: Network) { self.network = network }

    private mutating func follow(openExtent: Int) throws(EngineError) {
        states = network.values.map { State(facts: [$0.fact, $0.fact], rows: .absent) }
        for value in network.inputs {
            states[value].rows = .axis(0)
            states[value].facts = Self.sizes.map { size in
                var fact = network.values[value].fact
                fact.dims = fact.dims?.enumerated().map { axis, dim in
                    if axis == 0 { .known(size) } else if case .known = dim { dim } else { .known(openExtent) }
                }
                return fact
            }
        }
        for step in network.steps { try follow(step) }
    }

    private mutating func follow(_ step: Network.Step) throws(EngineError) {
        let wanted = step.outputs.map { $0 != nil }
        let inputs = step.inputs.map { $0.map { states[$0] } }
        var results: [[Fact]] = []
        for side in Self.sizes.indices {
            results.append(try facts(step, inputs.map { $0?.facts[side] }, wanted))
        }
        let axes = rows(step, inputs, results)
        for (index, output) in step.outputs.enumerated() {
            guard let output else { continue }
            var state = State(facts: results.map { $0[index] }, rows: .absent)
            if state.facts.allSatisfy({ $0.value != nil }) {
                state = Self.constant(state)
            } else {
                state.rows = index < axes.count ? Self.checked(axes[index], state.facts, inputs) : .mixed("it combines rows")
            }
            if case .mixed(let reason) = state.rows {
                state.origin = inputs.lazy.compactMap { $0?.origin }.first ?? (step.node.place, reason)
            }
            states[output] = state
        }
    }

    /// The outputs' facts, with their elements where the shapes alone decide them.
    private func facts(_ step: Network.Step, _ inputs: [Fact?], _ wanted: [Bool]) throws(EngineError) -> [Fact] {
        var outputs: [Fact]
        do {
            outputs = try step.operation.infer(inputs, wanted: wanted, limitBytes: .max)
        } catch { throw error.at(step.node.place) }
        guard step.operation.isDeterministic, !outputs.allSatisfy({ $0.value != nil }),
            inputs.allSatisfy({ $0 == nil || $0?.value != nil }),
            outputs.allSatisfy({ $0.dataType != nil && ($0.shape?.count ?? 0) <= Self.constantElements })
        else { return outputs }
        let results = try Evaluation.run(
            step.operation, inputs: inputs.map { $0?.value.map(Value.tensor) }, wanted: wanted, place: step.node.place,
            limitBytes: 16 * Self.constantElements)
        for (index, result) in results.enumerated() {
            if let tensor = result?.tensor { outputs[index] = Fact(constant: tensor) }
        }
        return outputs
    }

    private func rows(_ step: Network.Step, _ inputs: [State?], _ results: [[Fact]]) -> [RowAxis] {
        let parameters = Self.shapeParameters(step.node)
        var axes: [RowAxis] = []
        for (index, input) in inputs.enumerated() {
            guard let input else {
                axes.append(.absent)
                continue
            }
            // How large the output becomes may depend on the batch; what is in it may not.
            axes.append(input.dependsOnSize && parameters.contains(index) ? .absent : input.rows)
        }
        if let aliased = step.operation.aliasedInput, aliased < axes.count, case .axis(let axis) = axes[aliased],
            axes.enumerated().allSatisfy({ $0.offset == aliased || $0.element == .absent }), let input = inputs[aliased]
        {
            return [Self.reshaped(axis: axis, from: input.facts, to: results.map { $0[0] })]
        }
        if axes.allSatisfy({ $0 == .absent }), step.node.domain.isEmpty, let spread = Self.spreadAxis(results.map { $0[0] }),
            Self.isUniform(along: spread, step.node, inputs)
        {
            return [.axis(spread)]
        }
        return step.operation.rows(axes, facts: inputs.map { $0?.facts[0] })
    }

    /// Inputs that say how large the output is and not what is in it.
    private static func shapeParameters(_ node: Node) -> Range<Int> {
        guard node.domain.isEmpty else { return 0..<0 }
        return switch node.operatorName {
        case "Reshape", "Expand", "Tile", "Pad": 1..<2
        case "Slice", "Resize", "Upsample": 1..<5
        case "ConstantOfShape": 0..<1
        default: 0..<0
        }
    }

    /// Where rows end up when a tensor gets another shape: memory stays, so they do if as much lies before them.
    ///
    /// An axis may hold several slices a row, one row's after another's: `[rows * heads, …]`.
    private static func reshaped(axis: Int, from: [Fact], to: [Fact]) -> RowAxis {
        var candidates: Set<Int>?
        for (side, size) in sizes.enumerated() {
            guard let source = from[side].shape, let target = to[side].shape, axis < source.rank else {
                return .mixed("it gives rows a shape that only running can tell")
            }
            let before = source.count(in: 0..<axis)
            var fitting: Set<Int> = []
            for candidate in 0..<target.rank
            where target[candidate] % size == 0 && target[candidate] > 0 && target.count(in: 0..<candidate) == before {
                fitting.insert(candidate)
            }
            candidates = candidates.map { $0.intersection(fitting) } ?? fitting
        }
        guard let result = candidates?.min() else { return .mixed("it reshapes across rows") }
        return .axis(result)
    }

    /// The one axis along which the two sizes of the batch give different extents.
    private static func spreadAxis(_ facts: [Fact]) -> Int? {
        guard let first = facts[0].shape, let second = facts[1].shape, first.rank == second.rank else { return nil }
        let differing = (0..<first.rank).filter { first[$0] != second[$0] }
        guard differing.count == 1, first[differing[0]] % sizes[0] == 0, second[differing[0]] % sizes[1] == 0 else { return nil }
        return differing[0]
    }

    /// Whether every slice along an axis that grows with the batch is the same, though nothing in it came from a row.
    private static func isUniform(along axis: Int, _ node: Node, _ inputs: [State?]) -> Bool {
        switch node.operatorName {
        case "ConstantOfShape": return true
        case "Expand":
            guard let source = inputs.first??.facts[0].shape, let target = inputs.dropFirst().first??.facts[0].dims?.first?.value else {
                return false
            }
            let position = axis - (max(target, source.rank) - source.rank)
            return position < 0 || source[position] == 1
        default: return false
        }
    }

    /// A value that the shapes alone decide: the same for every batch, or the same for every row, or neither.
    private static func constant(_ given: State) -> State {
        var state = given
        guard let first = state.facts[0].value, let second = state.facts[1].value else { return state }
        if first.shape == second.shape, first.isEqual(to: second) {
            state.rows = .absent
        } else if let axis = spreadAxis(state.facts), first.shape[axis] == sizes[0], first.isUniform(along: axis),
            second.isUniform(along: axis), first.element(axis: axis, 0).isEqual(to: second.element(axis: axis, 0))
        {
            state.rows = .axis(axis)
        } else {
            state.rows = .mixed("it depends on the size of the batch")
            state.dependsOnSize = true
        }
        return state
    }

    /// An operator's answer, held against the extents that it really gives.
    private static func checked(_ axis: RowAxis, _ facts: [Fact], _ inputs: [State?]) -> RowAxis {
        switch axis {
        case .mixed: return axis
        case .absent:
            guard let first = facts[0].shape, let second = facts[1].shape else { return axis }
            return first == second ? axis : .mixed("its shape depends on the size of the batch")
        case .axis(let position):
            guard let first = facts[0].shape, let second = facts[1].shape else {
                let isPlain = inputs.allSatisfy { !($0?.dependsOnSize ?? false) }
                return isPlain ? axis : .mixed("its shape depends on the size of the batch")
            }
            guard position >= 0, position < first.rank, first.rank == second.rank else { return .mixed("it combines rows") }
            // As many slices a row for both sizes, and nothing else that differs.
            let fits = first[position] % sizes[0] == 0 && second[position] % sizes[1] == 0
                && first[position] / sizes[0] == second[position] / sizes[1]
                && (0..<first.rank).allSatisfy { $0 == position || first[$0] == second[$0] }
            return fits ? axis : .mixed("its shape depends on the size of the batch")
        }
    }

    private var verdict: Batchability {
        for value in network.outputs {
            let name = network.values[value].name
            let state = states[value]
            switch state.rows {
            case .mixed(let reason): return .separate(node: state.origin?.node, reason: state.origin?.reason ?? reason)
            case .absent: return .separate(node: nil, reason: "output '\(name)' has no batch axis")
            case .axis(let axis):
                guard axis == 0 else {
                    return .separate(node: nil, reason: "the rows of output '\(name)' lie along axis \(axis), not the first")
                }
                guard state.facts[0].dataType != nil else { return .separate(node: nil, reason: "output '\(name)' is not a tensor") }
                if let shape = state.facts[0].shape, shape[0] != Self.sizes[0] {
                    return .separate(node: nil, reason: "output '\(name)' has \(shape[0] / Self.sizes[0]) leading slices for each row")
                }
            }
        }
        return .batchable
    }
}

extension Tensor {
    fileprivate func isEqual(to other: Tensor) -> Bool {
        guard dataType == other.dataType, shape == other.shape else { return false }
        if dataType == .string { return strings == other.strings }
        return (0..<byteCount).allSatisfy { bytes.load(fromByteOffset: $0, as: UInt8.self) == other.bytes.load(fromByteOffset: $0, as: UInt8.self) }
    }

    fileprivate func isUniform(along axis: Int) -> Bool {
        guard shape[axis] > 0 else { return false }
        let first = element(axis: axis, 0)
        return (1..<shape[axis]).allSatisfy { element(axis: axis, $0).isEqual(to: first) }
    }
}
