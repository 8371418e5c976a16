import Tensors

/// Takes every `step`-th element from a start to an end along some axes, as Python does.
struct Slice: Operation {
    fileprivate struct Attributes {
        let starts: [Int]
        let ends: [Int]
        let axes: [Int]?
        var steps: [Int]?
    }

    /// The bounds when they are attributes, as before version 10, or constants.
    private var attributes: Attributes?

    static let entries = [OperatorEntry("Slice", make: Slice.init(node:))]

    init(node: Node) throws(EngineError) {
        guard node.version < 10 else {
            attributes = nil
            return
        }
        attributes = Attributes(
            starts: try node.required("starts", node.ints("starts")), ends: try node.required("ends", node.ints("ends")),
            axes: try node.ints("axes"))
    }

    /// What is taken along one axis.
    private struct Cut {
        var start = 0
        var count = 0
        var step = 1
        var isWhole = false
    }

    /// What is asked for along one axis.
    fileprivate enum Plan {
        case untouched
        case unknown
        case bounds(start: Int, end: Int, step: Int)
    }

    private func plan(_ inputs: [Fact?], rank: Int) throws(EngineError) -> [Plan]? {
        let starts: [Int]?
        let ends: [Int]?
        var axes: [Int]?
        var steps: [Int]?
        var stepsAreKnown = true
        if let attributes {
            (starts, ends, axes, steps) = (attributes.starts, attributes.ends, attributes.axes, attributes.steps)
        } else {
            _ = try inputs.tensorFact(1)
            _ = try inputs.tensorFact(2)
            starts = try inputs.knownIntegers(1)
            ends = try inputs.knownIntegers(2)
            axes = try inputs.knownIntegers(3)
            steps = try inputs.knownIntegers(4)
            if axes == nil, try inputs.optionalTensorFact(3) != nil { return nil }
            if steps == nil, try inputs.optionalTensorFact(4) != nil { stepsAreKnown = false }
        }
        var plan = [Plan](repeating: .untouched, count: rank)
        var length: Int?
        if attributes == nil { length = try inputs.tensorFact(1).vectorLength }
        guard let count = starts?.count ?? ends?.count ?? axes?.count ?? length else { return nil }
        let positions = if let axes { try AxisIndex.resolve(axes, rank: rank) } else { Array(0..<min(count, rank)) }
        guard positions.count == count, starts?.count ?? count == count, ends?.count ?? count == count,
            steps?.count ?? count == count
        else {
            throw EngineError(.invalidInput, "starts, ends, axes and steps differ in length")
        }
        for (index, position) in positions.enumerated() {
            guard let starts, let ends, stepsAreKnown else {
                plan[position] = .unknown
                continue
            }
            let step = steps?[index] ?? 1
            guard step != 0 else { throw EngineError(.invalidInput, "a step of 0 on axis \(position)") }
            plan[position] = .bounds(start: starts[index], end: ends[index], step: step)
        }
        return plan
    }

    /// The bounds clamped to the extent; negative ones count from its end.
    private static func cut(start: Int, end: Int, step: Int, extent: Int) -> Cut {
        func moved(_ position: Int) -> Int {
            position < 0 ? max(position, -extent - 1) + extent : position
        }
        if step > 0 {
            let first = min(max(moved(start), 0), extent)
            let last = min(max(moved(end), 0), extent)
            let span = max(0, last - first)
            let count = span == 0 ? 0 : (span - 1) / step + 1
            return Cut(start: first, count: count, step: step, isWhole: step == 1 && count == extent)
        }
        let first = min(max(moved(start), 0), extent - 1)
        let last = min(max(moved(end), -1), extent - 1)
        let span = extent == 0 ? 0 : max(0, first - last)
        let count = span == 0 ? 0 : Int(UInt(span - 1) / step.magnitude) + 1
        return Cut(start: first, count: count, step: step)
    }

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let data = try inputs.tensorFact(0)
        guard let dims = data.dims else { return [Fact(data.elementType, nil)] }
        guard let plan = try plan(inputs, rank: dims.count) else {
            return [Fact(data.elementType, [Dim](repeating: .unknown, count: dims.count))]
        }
        var result = dims
        for (axis, part) in plan.enumerated() {
            switch part {
            case .untouched: continue
            case .unknown: result[axis] = .unknown
            case .bounds(let start, let end, let step):
                if let extent = dims[axis].value {
                    result[axis] = .known(Self.cut(start: start, end: end, step: step, extent: extent).count)
                } else if start != 0 || step != 1 || end < Int(Int32.max) {
                    result[axis] = .unknown
                }
            }
        }
        return [Fact(data.elementType, result)]
    }

    func prepare(_ inputs: [Fact?]) throws(EngineError) -> (any Operation)? {
        guard attributes == nil, let starts = try inputs.knownIntegers(1), let ends = try inputs.knownIntegers(2) else {
            return nil
        }
        let axes = try inputs.knownIntegers(3)
        let steps = try inputs.knownIntegers(4)
        if axes == nil, try inputs.optionalTensorFact(3) != nil { return nil }
        if steps == nil, try inputs.optionalTensorFact(4) != nil { return nil }
        var prepared = self
        prepared.attributes = Attributes(starts: starts, ends: ends, axes: axes, steps: steps)
        return prepared
    }

    /// When nothing is cut.
    func viewedInput(_ inputs: [Fact?], _ output: Fact) -> Int? {
        guard let shape = inputs.first??.shape, shape == output.shape else { return nil }
        var plan: [Plan]?
        if attributes == nil {
            plan = try? self.plan(inputs, rank: shape.rank)
            guard plan != nil else { return nil }
        }
        for axis in 0..<shape.rank {
            let part = if let attributes { attributes.part(axis, rank: shape.rank) } else { plan?[axis] ?? .untouched }
            switch part {
            case .untouched: continue
            case .unknown: return nil
            case .bounds(let start, let end, let step):
                guard Self.cut(start: start, end: end, step: step, extent: shape[axis]).isWhole else { return nil }
            }
        }
        return 0
    }

    func run(_ run: NodeRun) throws(EngineError) {
        let source = run.tensor(0)
        let rank = source.shape.rank
        let target = try run.target(0, of: self)
        // Bounds that are known beforehand are looked up where they are; only others are gathered first.
        var plan: [Plan]?
        if attributes == nil { plan = try self.plan(run.constantFacts, rank: rank) }
        var copy = StridedCopy()
        for axis in 0..<rank {
            let sourceStride = source.shape.count(in: axis + 1..<rank)
            let targetStride = target.shape.count(in: axis + 1..<rank)
            let part = if let attributes { attributes.part(axis, rank: rank) } else { plan?[axis] ?? .untouched }
            if case .bounds(let start, let end, let step) = part {
                let cut = Self.cut(start: start, end: end, step: step, extent: source.shape[axis])
                if cut.count > 0 { copy.sourceOffset += cut.start * sourceStride }
                // A step as large as the extent is never taken more than once.
                let stride = cut.count > 1 ? cut.step * sourceStride : 0
                try copy.append(extent: cut.count, sourceStride: stride, targetStride: targetStride)
            } else {
                try copy.append(extent: source.shape[axis], sourceStride: sourceStride, targetStride: targetStride)
            }
        }
        copy.apply(from: source, to: target, in: run)
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] {
        if let obstacle = RowAxis.obstacle(inputs, facts: facts, parameters: 1..<5) { return [obstacle] }
        guard case .axis(let axis) = RowAxis.of(inputs, 0) else { return [RowAxis.of(inputs, 0)] }
        guard let dims = facts.first??.dims, let plan = try? plan(facts, rank: dims.count), axis < plan.count else {
            return [.mixed("its bounds are not known")]
        }
        switch plan[axis] {
        case .untouched: return [.axis(axis)]
        case .unknown: return [.mixed("its bounds are not known")]
        case .bounds(let start, let end, let step):
            if start == 0, step == 1, end >= Int(Int32.max) { return [.axis(axis)] }
            if let extent = dims[axis].value, Self.cut(start: start, end: end, step: step, extent: extent).isWhole {
                // Whole at this size of the batch only counts when the bounds follow from it.
                let followsBatch = inputs.indices.contains { index in
                    if index > 0, case .mixed = inputs[index] { true } else { false }
                }
                if followsBatch { return [.axis(axis)] }
            }
            return [.mixed("it slices the batch axis")]
        }
    }
}

extension Slice.Attributes {
    /// What is asked for along `axis`; ``Slice/infer(_:)`` has checked that the lists fit.
    fileprivate func part(_ axis: Int, rank: Int) -> Slice.Plan {
        var place: Int? = axis < starts.count ? axis : nil
        if let axes { place = axes.firstIndex { ($0 < 0 ? $0 + rank : $0) == axis } }
        guard let place else { return .untouched }
        return .bounds(start: starts[place], end: ends[place], step: steps?[place] ?? 1)
    }
}
