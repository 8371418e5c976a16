internal import Tensors

/// The contributed attention that projects its input itself: Attention, and QAttention over quantised inputs and weights.
struct ProjectedAttention: Operation {
    let node: Node
    let heads: Int
    let scale: Float?
    let filter: Float
    let isCausal: Bool
    /// Sizes of queries, keys and values; nil for thirds of the weights.
    let hiddenSizes: [Int]?
    let isQuantized: Bool

    static let entries: [OperatorEntry] = [
        OperatorEntry("Attention", domain: "com.microsoft") { node throws(EngineError) in
            try ProjectedAttention(node, isQuantized: false)
        },
        OperatorEntry("QAttention", domain: "com.microsoft") { node throws(EngineError) in
            try ProjectedAttention(node, isQuantized: true)
        },
    ]

    init(_ node: Node, isQuantized: Bool) throws(EngineError) {
        self.node = node
        self.isQuantized = isQuantized
        heads = try node.required("num_heads", try node.int("num_heads"))
        guard heads > 0, heads <= WindowAttributes.largestValue else { throw node.malformed("attribute 'num_heads' is \(heads)") }
        scale = try node.float("scale").flatMap { $0 == 0 ? nil : $0 }
        filter = try node.float("mask_filter_value", default: -10000)
        isCausal = try node.bool("unidirectional", default: false)
        let sizes = try node.ints("qkv_hidden_sizes") ?? []
        hiddenSizes = sizes.isEmpty ? nil : sizes
        if !sizes.isEmpty, sizes.count != 3 || sizes.contains(where: { $0 <= 0 || $0 > WindowAttributes.largestValue || $0 % heads != 0 }) || sizes[0] != sizes[1] {
            throw node.malformed("attribute 'qkv_hidden_sizes' is \(sizes)")
        }
        if try node.bool("do_rotary", default: false) { throw node.unsupported("rotary embedding inside attention") }
        if try node.bool("past_present_share_buffer", default: false) { throw node.unsupported("a cache that shares its buffer") }
    }

    /// Positions of the inputs.
    private var positions: (mask: Int, past: Int, added: Int) { isQuantized ? (5, 8, -1) : (3, 4, 5) }

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let x = try node.tensorFact(inputs, 0, "input", isQuantized ? Node.eightBit : .floating)
        let w = try node.tensorFact(inputs, 1, "weights", isQuantized ? Node.eightBit : .floating)
        let bias = isQuantized ? try node.tensorFact(inputs, 2, "bias", .floating) : try node.optionalTensorFact(inputs, 2, "bias", .floating)
        let mask = try node.optionalTensorFact(inputs, positions.mask, "mask_index", [.int32])
        let past = try node.optionalTensorFact(inputs, positions.past, "past", .floating)
        let added = positions.added < 0 ? nil : try node.optionalTensorFact(inputs, positions.added, "attention_bias", .floating)
        if isQuantized { try checkQuantization(inputs, columns: w.dim(1)) }
        try node.checkRank(x, "input", 3)
        try node.checkDims(w, [x.dim(2), w.dim(1)], "weights")
        try node.checkDims(bias, [w.dim(1)], "bias")
        let dataType = isQuantized ? bias?.dataType ?? .float32 : x.dataType ?? .float32
        let (size, hidden) = try outputDims(try sizes(w.dim(1)))
        let total = try totalKeys(past, x, try sizes(w.dim(1)))
        try KeyMask.check(node, mask, batch: x.dim(0), queries: x.dim(1), keys: total)
        if let added {
            try node.checkRank(added, "attention_bias", 4)
            try NormalizedRows.check(node, added, "attention_bias", to: [x.dim(0), .known(heads), x.dim(1), total])
            try node.checkExtent(added.dim(3), total, "the last extent of input 'attention_bias'")
        }
        return [
            try node.outputFact(dataType, [x.dim(0), x.dim(1), hidden]),
            try node.outputFact(dataType, [2, x.dim(0), .known(heads), total, size]),
        ]
    }

    // Apart from ``infer(_:)``: with all of it in one function Swift 6.3.1's optimiser fails, by an ownership error in its copy propagation.

    /// The extents of a key, and of all heads' values.
    @inline(never)
    private func outputDims(_ sizes: HeadSizes?) throws(EngineError) -> (size: Dim, hidden: Dim) {
        guard let sizes else { return (.unknown, .unknown) }
        return (.known(sizes.key), .known(sizes.value * heads))
    }

    /// The number of keys: those of the cache, and the new ones.
    @inline(never)
    private func totalKeys(_ past: Fact?, _ x: Fact, _ sizes: HeadSizes?) throws(EngineError) -> Dim {
        guard let past else { return x.dim(1) }
        var size = Dim.unknown
        if let sizes {
            guard sizes.key == sizes.value else { throw node.unsupported("a cache for values of another size") }
            size = .known(sizes.key)
        }
        try node.checkDims(past, [2, x.dim(0), .known(heads), past.dim(3), size], "past")
        guard let before = past.dim(3).value, let fresh = x.dim(1).value else { return .unknown }
        return .known(before + fresh)
    }

    private func checkQuantization(_ inputs: [Fact?], columns: Dim) throws(EngineError) {
        let scale = try node.tensorFact(inputs, 3, "input_scale", [.float32])
        let weightScale = try node.tensorFact(inputs, 4, "weight_scale", [.float32])
        let zero = try node.optionalTensorFact(inputs, 6, "input_zero_point", Node.eightBit)
        let weightZero = try node.optionalTensorFact(inputs, 7, "weight_zero_point", Node.eightBit)
        for (fact, label) in [(scale, "input_scale"), (zero, "input_zero_point")] {
            if let count = fact?.shape?.count, count != 1 { throw node.malformed("input '\(label)' must have one element, not \(count)") }
        }
        for (fact, label) in [(weightScale, "weight_scale"), (weightZero, "weight_zero_point")] {
            try node.checkGranularity(fact, label, extent: columns)
        }
    }

    private struct HeadSizes {
        var key: Int
        var value: Int
    }

    /// The sizes of one head of keys and of values.
    private func sizes(_ columns: Dim) throws(EngineError) -> HeadSizes? {
        guard let columns = columns.value else { return nil }
        if let hiddenSizes {
            guard hiddenSizes.reduce(0, +) == columns else { throw node.malformed("weights of \(columns) columns do not hold \(hiddenSizes)") }
            return HeadSizes(key: hiddenSizes[0] / heads, value: hiddenSizes[2] / heads)
        }
        guard columns % (3 * heads) == 0 else { throw node.malformed("weights of \(columns) columns do not divide into \(heads) heads") }
        return HeadSizes(key: columns / 3 / heads, value: columns / 3 / heads)
    }

    var outputCount: Int { 2 }

    func run(_ run: NodeRun) throws(EngineError) {
        if !isQuantized, run.tensor(0).dataType == .float64 { try attend(run, Double.self) } else { try attend(run, Float.self) }
    }

    private func attend<T: AttentionElement>(_ run: NodeRun, _ type: T.Type) throws(EngineError) {
        let (x, columns) = (run.tensor(0).shape, run.tensor(1).shape[1])
        guard let sizes = try sizes(.known(columns)) else { return }
        let projected = isQuantized ? quantizedProjection(run, as: T.self) : projection(run, as: T.self)
        if let bias = run.optionalElements(2, as: T.self) {
            for row in 0..<x[0] * x[1] { for j in 0..<columns { projected[row * columns + j] += bias[j] } }
        }
        let hidden = heads * sizes.key
        let layout = HeadLayout(batch: x[1] * columns, head: sizes.key, position: columns)
        let valueLayout = HeadLayout(batch: x[1] * columns, head: sizes.value, position: columns)
        let past = run.optionalTensor(positions.past)?.shape[3] ?? 0
        var problem = AttentionProblem(
            batch: x[0], queryHeads: heads, keyHeads: heads, queries: x[1], keys: past + x[1], headSize: sizes.key, valueSize: sizes.value,
            scale: scale ?? 1 / Float(sizes.key).squareRoot(), q: layout, k: layout, v: valueLayout,
            y: .packed(heads: heads, positions: x[1], size: sizes.value))
        var (keys, values) = (UnsafePointer(projected) + hidden, UnsafePointer(projected) + 2 * hidden)
        let present = run.isWanted(1) || past > 0 ? cache(run, keys, values, layout, past: past, fresh: x[1], size: sizes.key, batch: x[0]) : nil
        if let present {
            problem.k = .headsFirst(heads: heads, positions: problem.keys, size: sizes.key)
            problem.v = problem.k
            keys = UnsafePointer(present.elements)
            values = keys + x[0] * heads * problem.keys * sizes.key
        }
        let output = run.destination(0, as: T.self)
        let bias = ContributedBias<T>(
            run, keys: problem.keys, past: past, isCausal: isCausal,
            mask: KeyMask(run.optionalTensor(positions.mask), batch: x[0], filter: filter),
            added: positions.added < 0 ? nil : run.optionalTensor(positions.added))
        T.attend(run, problem, UnsafePointer(projected), keys, values, output.elements, scores: nil, bias: bias.add)
        output.finish()
        if run.isWanted(1) { present?.destination?.finish() }
    }

    private func projection<T: ComputeType>(_ run: NodeRun, as type: T.Type) -> UnsafeMutablePointer<T> {
        let (x, w) = (run.tensor(0), run.tensor(1))
        let result = run.scratch(T.self, count: x.shape[0] * x.shape[1] * w.shape[1])
        MatMulPlan(x.shape, w.shape, OperandLayout(), OperandLayout())
            .run(run, run.elements(x, as: T.self), .elements(run.elements(w, as: T.self)), result)
        return result
    }

    private func quantizedProjection<T: Real>(_ run: NodeRun, as type: T.Type) -> UnsafeMutablePointer<T> {
        let (x, w) = (run.tensor(0), run.tensor(1))
        let columns = w.shape[1]
        let count = x.shape[0] * x.shape[1] * columns
        let (sums, result) = (run.scratch(Int32.self, count: count), run.scratch(T.self, count: count))
        IntegerMultiply.run(
            run, MatMulPlan(x.shape, w.shape, OperandLayout(), OperandLayout()),
            IntegerOperand(x, zeroPoint: run.optionalTensor(6)), IntegerOperand(w, zeroPoint: run.optionalTensor(7)), sums)
        let (scale, scales) = (run.tensor(3).pointer(as: Float.self)[0], run.tensor(4).elements(as: Float.self))
        for i in 0..<count { result[i] = T(Float(sums[i]) * (scale * scales[scales.count == 1 ? 0 : i % columns])) }
        return result
    }

    private struct Cache<T: ComputeType> {
        let elements: UnsafeMutablePointer<T>
        let destination: Destination<T>?
    }

    /// Keys, then values, [2, batch, heads, positions, size], with what was cached before the new ones.
    private func cache<T: ComputeType>(
        _ run: NodeRun, _ keys: UnsafePointer<T>, _ values: UnsafePointer<T>, _ layout: HeadLayout, past: Int, fresh: Int, size: Int, batch: Int
    ) -> Cache<T> {
        let destination = run.isWanted(1) ? run.destination(1, as: T.self) : nil
        let line = (past + fresh) * size
        let target = destination?.elements ?? run.scratch(T.self, count: 2 * batch * heads * line)
        let old = run.optionalElements(positions.past, as: T.self)
        for half in 0..<2 {
            let source = half == 0 ? keys : values
            for index in 0..<batch * heads {
                let (entry, head) = index.quotientAndRemainder(dividingBy: heads)
                let to = target + (half * batch * heads + index) * line
                if let old { to.update(from: old + (half * batch * heads + index) * past * size, count: past * size) }
                for position in 0..<fresh {
                    (to + (past + position) * size).update(from: source + layout.offset(entry, head, position), count: size)
                }
            }
        }
        return Cache(elements: target, destination: destination)
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] {
        // A cache has its batch second; it stays with one request.
        if inputs.count > positions.past, facts[positions.past] != nil { return [RowAxis](repeating: inputs.allSatisfy { $0 == .absent } ? .absent : .mixed("its cache belongs to one batch"), count: 2) }
        let rows = AttentionRows.find(inputs, facts, batched: [0, positions.mask], broadcast: [positions.added])
        return [rows, rows == .axis(0) ? .axis(1) : rows]
    }
}
