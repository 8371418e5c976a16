internal import Tensors

/// Which axes a reduction folds, and what it leaves of them.
struct ReductionAxes: Sendable {
    enum Source: Sendable {
        case list([Int])
        /// Input 1, which may be left out.
        case input
    }

    let node: Node
    let source: Source
    let keepsDims: Bool
    /// Whether an empty list means no axis instead of all.
    let emptyIsNone: Bool

    /// - Parameter inputSince: the operator set version from which axes are an input.
    init(_ node: Node, inputSince: Int) throws(EngineError) {
        self.node = node
        keepsDims = try node.bool("keepdims", default: true)
        if node.version >= inputSince {
            source = .input
            emptyIsNone = try node.bool("noop_with_empty_axes", default: false)
        } else {
            source = .list(try node.ints("axes") ?? [])
            emptyIsNone = false
        }
    }

    private init(_ axes: ReductionAxes, list: [Int]) {
        node = axes.node
        source = .list(list)
        keepsDims = axes.keepsDims
        emptyIsNone = axes.emptyIsNone
    }

    /// The same with a list that is an input, once its elements are known.
    func resolved(_ facts: [Fact?]) throws(EngineError) -> ReductionAxes? {
        guard case .input = source else { return nil }
        guard facts.count > 1, facts[1] != nil else { return ReductionAxes(self, list: []) }
        return try facts.knownIntegers(1).map { ReductionAxes(self, list: $0) }
    }

    /// Whether each axis of a run's input is reduced.
    func mask(_ run: NodeRun) throws(EngineError) -> [Bool] {
        let rank = run.tensor(0).shape.rank
        switch source {
        case .list(let axes): return try mask(axes, rank: rank)
        case .input: return try mask(run.integers(1) ?? [], rank: rank)
        }
    }

    private func mask(_ list: [Int], rank: Int) throws(EngineError) -> [Bool] {
        if list.isEmpty { return [Bool](repeating: !emptyIsNone, count: rank) }
        var mask = [Bool](repeating: false, count: rank)
        for axis in list { mask[try node.normalizedAxis(axis, rank: rank)] = true }
        return mask
    }

    /// Whether each axis is reduced; nil while the rank or the list is unknown.
    func mask(_ facts: [Fact?]) throws(EngineError) -> [Bool]? {
        guard let rank = facts.first??.rank else { return nil }
        let list: [Int]
        switch source {
        case .list(let axes): list = axes
        case .input:
            if facts.count > 1, facts[1] != nil {
                guard let axes = try facts.knownIntegers(1) else {
                    // Not even an empty vector's elements can be known otherwise than by its length.
                    guard facts[1]?.vectorLength == 0 else { return nil }
                    return [Bool](repeating: !emptyIsNone, count: rank)
                }
                list = axes
            } else {
                list = []
            }
        }
        return try mask(list, rank: rank)
    }

    /// The extents that remain of the first input; nil while their number is unknown.
    func dims(_ facts: [Fact?]) throws(EngineError) -> [Dim]? {
        guard let dims = facts.first??.dims else { return nil }
        guard let mask = try mask(facts) else {
            return keepsDims ? [Dim](repeating: .unknown, count: dims.count) : nil
        }
        var result: [Dim] = []
        for (dim, isReduced) in zip(dims, mask) {
            if !isReduced { result.append(dim) } else if keepsDims { result.append(1) }
        }
        return result
    }

    func rows(_ input: RowAxis, facts: [Fact?]) -> RowAxis {
        guard case .axis(let axis) = input else { return input }
        guard let mask = try? mask(facts), axis < mask.count else { return .mixed("which axes it reduces is known only when it runs") }
        if mask[axis] { return .mixed("it reduces over the rows") }
        return .axis(keepsDims ? axis : axis - mask[..<axis].count { $0 })
    }
}
