internal import Tensors

/// Resize and Upsample: sampling along each axis by itself, by nearest element or by weights.
struct Resize: Operation {
    /// Where the factors come from.
    enum Scales: Sendable {
        case attribute([Float])
        case input(Int)
    }

    let node: Node
    let settings: ResizeSettings
    let scales: Scales
    let roiInput: Int?
    let sizesInput: Int?

    static let entries: [OperatorEntry] = [
        OperatorEntry("Resize", versions: 10...10) { node throws(EngineError) in
            Resize(node: node, settings: try ResizeSettings(node), scales: .input(1), roiInput: nil, sizesInput: nil)
        },
        OperatorEntry("Resize", versions: 11...Int.max) { node throws(EngineError) in
            Resize(node: node, settings: try ResizeSettings(node), scales: .input(2), roiInput: 1, sizesInput: 3)
        },
        OperatorEntry("Upsample", versions: 1...6) { node throws(EngineError) in
            let height = try node.required("height_scale", try node.float("height_scale"))
            let width = try node.required("width_scale", try node.float("width_scale"))
            return Resize(
                node: node, settings: try ResizeSettings(node), scales: .attribute([1, 1, height, width]), roiInput: nil, sizesInput: nil)
        },
        OperatorEntry("Upsample", versions: 7...8) { node throws(EngineError) in
            let scales = try node.required("scales", try node.floats("scales"))
            return Resize(node: node, settings: try ResizeSettings(node), scales: .attribute(scales), roiInput: nil, sizesInput: nil)
        },
        OperatorEntry("Upsample", versions: 9...Int.max) { node throws(EngineError) in
            Resize(node: node, settings: try ResizeSettings(node), scales: .input(1), roiInput: nil, sizesInput: nil)
        },
    ]

    /// The elements of an input that may be left out or empty, both meaning the same; nil when it is there but unknown yet.
    private struct Numbers {
        var values: [Float]?
        var isUnknown = false

        init(_ facts: [Fact?], _ index: Int?) {
            guard let index, index < facts.count, let fact = facts[index], fact.shape?.count != 0 else { return }
            values = fact.value?.floats
            isUnknown = values == nil
        }
    }

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let x = try node.tensorFact(inputs, 0, "X")
        let dataType = x.dataType ?? .float32
        if settings.mode != .nearest || settings.transformation == .cropAndResize {
            guard [DataType].arithmetic.contains(dataType) || dataType == .bool else {
                throw node.malformed("\(dataType) cannot be interpolated")
            }
        }
        if let roiInput { _ = try node.optionalTensorFact(inputs, roiInput, "roi", .floating) }
        if case .input(let index) = scales { _ = try node.optionalTensorFact(inputs, index, "scales", [.float32]) }
        if let sizesInput { _ = try node.optionalTensorFact(inputs, sizesInput, "sizes", [.int64]) }
        guard let dims = x.dims else { return [Fact(dataType, nil)] }
        var result = [Dim](repeating: .unknown, count: dims.count)
        let axes = try self.axes(dims.count)
        for axis in dims.indices where !axes.contains(axis) { result[axis] = dims[axis] }
        if let shape = x.shape {
            if let extents = try extents(shape.dims, inputs) { result = extents.map { .known($0.output) } }
        } else if let factors = try knownScales(inputs, axes.count) {
            // A factor of one keeps an extent, whatever it is.
            for (axis, factor) in zip(axes, factors) where factor == 1 { result[axis] = dims[axis] }
            for (axis, factor) in zip(axes, factors) where factor != 1 {
                if let extent = dims[axis].value { result[axis] = .known(try ResizeExtent(node, input: extent, scale: factor).output) }
            }
        } else if let sizesInput, settings.policy == .stretch, let sizes = inputs.count > sizesInput ? inputs[sizesInput]?.value?.integers : nil, sizes.count == axes.count {
            for (axis, size) in zip(axes, sizes) {
                guard size >= 0 else { throw node.malformed("a size of \(size)") }
                result[axis] = .known(size)
            }
        }
        return [try node.outputFact(dataType, result)]
    }

    /// The axes spoken of, counted from the front.
    private func axes(_ rank: Int) throws(EngineError) -> [Int] {
        guard let axes = settings.axes else { return Array(0..<rank) }
        var result: [Int] = []
        for axis in axes {
            let axis = try node.normalizedAxis(axis, rank: rank)
            guard !result.contains(axis) else { throw node.malformed("attribute 'axes' repeats axis \(axis)") }
            result.append(axis)
        }
        return result
    }

    private func knownScales(_ inputs: [Fact?], _ count: Int) throws(EngineError) -> [Float]? {
        let values: [Float]?
        switch scales {
        case .attribute(let list): values = list
        case .input(let index): values = Numbers(inputs, index).values
        }
        guard let values else { return nil }
        guard values.count == count else { throw node.malformed("there are \(values.count) scales for \(count) axes") }
        return values
    }

    /// How every axis is resized; nil while an input is unknown.
    private func extents(_ shape: [Int], _ inputs: [Fact?]) throws(EngineError) -> [ResizeExtent]? {
        let axes = try axes(shape.count)
        var result = shape.map { ResizeExtent(unchanged: $0) }
        var scalesAreUnknown = false
        if case .input(let index) = scales { scalesAreUnknown = Numbers(inputs, index).isUnknown }
        if scalesAreUnknown { return nil }
        if let factors = try knownScales(inputs, axes.count) {
            for (axis, factor) in zip(axes, factors) { result[axis] = try ResizeExtent(node, input: shape[axis], scale: factor) }
        } else {
            guard let sizesInput, inputs.count > sizesInput, let fact = inputs[sizesInput], fact.shape?.count != 0 else {
                throw node.malformed("neither scales nor sizes are given")
            }
            guard let sizes = fact.value?.integers else { return nil }
            guard sizes.count == axes.count else { throw node.malformed("there are \(sizes.count) sizes for \(axes.count) axes") }
            for (axis, size) in zip(axes, sizes) { result[axis] = try ResizeExtent(node, input: shape[axis], output: size) }
            try keepAspect(&result, axes)
        }
        guard settings.transformation == .cropAndResize else { return result }
        let roi = Numbers(inputs, roiInput)
        if roi.isUnknown { return nil }
        if let values = roi.values {
            guard values.count == 2 * axes.count else { throw node.malformed("roi has \(values.count) elements for \(axes.count) axes") }
            for (position, axis) in axes.enumerated() {
                result[axis].start = values[position]
                result[axis].end = values[axes.count + position]
            }
        }
        return result
    }

    /// One scale for all axes, the smallest or the largest of what their sizes ask for.
    private func keepAspect(_ extents: inout [ResizeExtent], _ axes: [Int]) throws(EngineError) {
        guard settings.policy != .stretch else { return }
        let scales = axes.map { extents[$0].scale }
        guard let scale = settings.policy == .notLarger ? scales.min() : scales.max() else { return }
        for axis in axes {
            let wanted = (scale * Float(extents[axis].input)).rounded(.toNearestOrAwayFromZero)
            guard wanted < Float(1 << 53) else { throw node.malformed("a scale of \(scale) for an extent of \(extents[axis].input)") }
            extents[axis] = try ResizeExtent(node, input: extents[axis].input, output: Int(wanted))
            extents[axis].scale = scale
        }
    }

    func run(_ run: NodeRun) throws(EngineError) {
        let x = run.tensor(0)
        let output = try run.target(0, of: self)
        guard let extents = try extents(x.shape.dims, run.constantFacts) else { throw node.malformed("its scales are unknown") }
        if output.count == 0 { return }
        if settings.mode == .nearest, settings.transformation != .cropAndResize {
            NearestCopy.run(x, output, extents.map { ResampledAxis($0, settings).positions })
            return
        }
        switch x.dataType {
        case .float64, .int32, .uint32, .int64, .uint64: interpolate(run, output, extents, Double.self)
        default: interpolate(run, output, extents, Float.self)
        }
    }

    private func interpolate<T: Interpolated>(_ run: NodeRun, _ output: Tensor, _ extents: [ResizeExtent], _ type: T.Type) {
        let result = run.destination(output, as: T.self)
        var source = run.elements(run.tensor(0), as: T.self)
        var dims = run.tensor(0).shape.dims
        let active = dims.indices.filter { !extents[$0].isIdentity(settings.transformation) }
        if active.isEmpty { result.elements.update(from: source, count: output.count) }
        for (position, axis) in active.enumerated() {
            let resampled = ResampledAxis(extents[axis], settings)
            let (outer, inner) = (dims[..<axis].reduce(1, *), dims[(axis + 1)...].reduce(1, *))
            dims[axis] = extents[axis].output
            let target = position == active.count - 1 ? result.elements : run.scratch(T.self, count: dims.reduce(1, *))
            T.interpolate(run, source, outer, inner, resampled, T(settings.extrapolationValue), target)
            source = UnsafePointer(target)
        }
        result.finish()
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] {
        if let obstacle = RowAxis.obstacle(inputs, facts: facts, parameters: 1..<max(inputs.count, 1)) { return [obstacle] }
        guard case .axis(let row) = inputs[0] else { return [inputs[0]] }
        guard let rank = facts[0]?.rank, let axes = try? axes(rank) else { return [.mixed("its rank is unknown")] }
        guard let position = axes.firstIndex(of: row) else { return [.axis(row)] }
        if let factors = try? knownScales(facts, axes.count), factors[position] == 1, settings.transformation != .cropAndResize {
            return [.axis(row)]
        }
        if let sizesInput, facts.count > sizesInput, let sizes = facts[sizesInput]?.value?.integers, sizes.count == axes.count,
            settings.policy == .stretch, settings.transformation != .cropAndResize, facts[0]?.dim(row).value == sizes[position] {
            return [.axis(row)]
        }
        return [.mixed("it may resize the axis of the rows")]
    }
}
