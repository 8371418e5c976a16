internal import Tensors

/// The contributed attention over projected queries, keys and values, packed or not, with biases, masks and a cache.
struct MultiHeadAttention: Operation {
    let node: Node
    let heads: Int
    let scale: Float?
    let filter: Float
    let isCausal: Bool

    static let entries: [OperatorEntry] = [
        OperatorEntry("MultiHeadAttention", domain: "com.microsoft") { node throws(EngineError) in try MultiHeadAttention(node) }
    ]

    init(_ node: Node) throws(EngineError) {
        self.node = node
        heads = try node.required("num_heads", try node.int("num_heads"))
        guard heads > 0, heads <= WindowAttributes.largestValue else { throw node.malformed("attribute 'num_heads' is \(heads)") }
        scale = try node.float("scale").flatMap { $0 == 0 ? nil : $0 }
        filter = try node.float("mask_filter_value", default: -10000)
        isCausal = try node.bool("unidirectional", default: false)
    }

    /// How queries, keys and values come.
    private enum Arrangement {
        /// [batch, positions, hidden] each.
        case separate
        /// Queries so, keys and values [batch, heads, positions, size].
        case headsFirst
        /// Queries so, keys and values together [batch, positions, heads, 2, size].
        case pairedKeys
        /// All together [batch, positions, heads, 3, size].
        case together
    }

    private func arrangement(_ ranks: (q: Int, k: Int?, v: Int?)) throws(EngineError) -> Arrangement {
        switch (ranks.q, ranks.k, ranks.v) {
        case (5, nil, nil): .together
        case (3, 5?, nil): .pairedKeys
        case (3, 3?, 3?): .separate
        case (3, 4?, 4?): .headsFirst
        default: throw node.unsupported("queries of rank \(ranks.q) with keys of rank \(ranks.k ?? 0)")
        }
    }

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let q = try node.tensorFact(inputs, 0, "query", .floating)
        let k = try node.optionalTensorFact(inputs, 1, "key", .floating)
        let v = try node.optionalTensorFact(inputs, 2, "value", .floating)
        let bias = try node.optionalTensorFact(inputs, 3, "bias", .floating)
        let mask = try node.optionalTensorFact(inputs, 4, "key_padding_mask", [.int32])
        let added = try node.optionalTensorFact(inputs, 5, "attention_bias", .floating)
        let pastKey = try node.optionalTensorFact(inputs, 6, "past_key", .floating)
        let pastValue = try node.optionalTensorFact(inputs, 7, "past_value", .floating)
        if inputs.count > 9, inputs[9] != nil { throw node.unsupported("a cache with indirection") }
        guard (pastKey == nil) == (pastValue == nil) else { throw node.malformed("past_key and past_value must come together") }
        let dataType = q.dataType ?? .float32
        guard let qDims = q.dims, k == nil || k?.dims != nil, v == nil || v?.dims != nil else { return [Fact](repeating: Fact(dataType, nil), count: 4) }
        let form = try arrangement((qDims.count, k?.rank, v?.rank))
        let n = Dim.known(heads)
        var (size, valueSize, fresh) = (Dim.unknown, Dim.unknown, qDims[1])
        switch form {
        case .together:
            (size, valueSize) = (qDims[4], qDims[4])
            try node.checkDims(q, [qDims[0], qDims[1], n, 3, size], "query")
        case .pairedKeys:
            size = try headSize(qDims[2], "query")
            (valueSize, fresh) = (size, k?.dim(1) ?? .unknown)
            try node.checkDims(k, [qDims[0], fresh, n, 2, size], "key")
        case .separate:
            size = try headSize(qDims[2], "query")
            valueSize = try headSize(v?.dim(2) ?? .unknown, "value")
            fresh = k?.dim(1) ?? .unknown
            try node.checkDims(k, [qDims[0], fresh, qDims[2]], "key")
            try node.checkDims(v, [qDims[0], fresh, v?.dim(2) ?? .unknown], "value")
        case .headsFirst:
            size = try headSize(qDims[2], "query")
            (valueSize, fresh) = (v?.dim(3) ?? .unknown, k?.dim(2) ?? .unknown)
            try node.checkDims(k, [qDims[0], n, fresh, size], "key")
            try node.checkDims(v, [qDims[0], n, fresh, valueSize], "value")
        }
        if form != .separate, form != .together, bias != nil, form == .pairedKeys || form == .headsFirst {
            try node.checkRank(bias, "bias", 1)
        }
        let hidden = times(size, heads)
        let valueHidden = times(valueSize, heads)
        if let hidden = hidden.value, let valueHidden = valueHidden.value {
            try node.checkDims(bias, [.known(2 * hidden + valueHidden)], "bias")
        }
        var total = fresh
        if let pastKey, let pastValue {
            try node.checkDims(pastKey, [qDims[0], n, pastKey.dim(2), size], "past_key")
            try node.checkDims(pastValue, [qDims[0], n, pastKey.dim(2), valueSize], "past_value")
            total = .unknown
            if let past = pastKey.dim(2).value, let fresh = fresh.value { total = .known(past + fresh) }
        }
        try KeyMask.check(node, mask, batch: qDims[0], queries: qDims[1], keys: total)
        let scores = [qDims[0], n, qDims[1], total]
        if let added {
            try node.checkRank(added, "attention_bias", 4)
            try NormalizedRows.check(node, added, "attention_bias", to: scores)
            try node.checkExtent(added.dim(3), total, "the last extent of input 'attention_bias'")
        }
        return [
            try node.outputFact(dataType, [qDims[0], qDims[1], valueHidden]), try node.outputFact(dataType, [qDims[0], n, total, size]),
            try node.outputFact(dataType, [qDims[0], n, total, valueSize]), try node.outputFact(dataType, scores),
        ]
    }

    private func headSize(_ hidden: Dim, _ label: String) throws(EngineError) -> Dim {
        guard let hidden = hidden.value else { return .unknown }
        guard hidden % heads == 0 else { throw node.malformed("input '\(label)' has \(hidden) elements for \(heads) heads") }
        return .known(hidden / heads)
    }

    private func times(_ dim: Dim, _ factor: Int) -> Dim {
        guard let value = dim.value else { return .unknown }
        let (product, overflow) = value.multipliedReportingOverflow(by: factor)
        return overflow ? .unknown : .known(product)
    }

    var outputCount: Int { 4 }

    func run(_ run: NodeRun) throws(EngineError) {
        if run.tensor(0).dataType == .float64 { try attend(run, Double.self) } else { try attend(run, Float.self) }
    }

    private func attend<T: AttentionElement>(_ run: NodeRun, _ type: T.Type) throws(EngineError) {
        let q = run.tensor(0).shape
        let (kTensor, vTensor) = (run.optionalTensor(1), run.optionalTensor(2))
        let form = try arrangement((q.rank, kTensor?.shape.rank, vTensor?.shape.rank))
        let size = form == .together ? q[4] : q[2] / heads
        var (fresh, valueSize) = (q[1], size)
        var query = run.elements(run.tensor(0), as: T.self)
        var (qLayout, kLayout, vLayout) = (HeadLayout.packed(heads: heads, positions: q[1], size: size), HeadLayout(batch: 0, head: 0, position: 0), HeadLayout(batch: 0, head: 0, position: 0))
        var (keys, values) = (query, query)
        switch (form, kTensor, vTensor) {
        case (.together, _, _):
            qLayout = HeadLayout(batch: q[1] * heads * 3 * size, head: 3 * size, position: heads * 3 * size)
            (kLayout, vLayout) = (qLayout, qLayout)
            (keys, values) = (query + size, query + 2 * size)
        case (.pairedKeys, let k?, _):
            fresh = k.shape[1]
            kLayout = HeadLayout(batch: fresh * heads * 2 * size, head: 2 * size, position: heads * 2 * size)
            vLayout = kLayout
            keys = run.elements(k, as: T.self)
            values = keys + size
        case (.separate, let k?, let v?):
            (fresh, valueSize) = (k.shape[1], v.shape[2] / heads)
            (kLayout, vLayout) = (.packed(heads: heads, positions: fresh, size: size), .packed(heads: heads, positions: fresh, size: valueSize))
            (keys, values) = (run.elements(k, as: T.self), run.elements(v, as: T.self))
        case (_, let k?, let v?):
            (fresh, valueSize) = (k.shape[2], v.shape[3])
            kLayout = .headsFirst(heads: heads, positions: fresh, size: size)
            vLayout = .headsFirst(heads: heads, positions: fresh, size: valueSize)
            (keys, values) = (run.elements(k, as: T.self), run.elements(v, as: T.self))
        default: throw node.malformed("its keys are missing")
        }
        if let bias = run.optionalElements(3, as: T.self) {
            let hidden = heads * size
            query = biased(run, query, &qLayout, bias, batch: q[0], positions: q[1], size: size)
            // Keys that come with their heads apart were projected, biased and all, before.
            if form != .headsFirst {
                keys = biased(run, keys, &kLayout, bias + hidden, batch: q[0], positions: fresh, size: size)
                values = biased(run, values, &vLayout, bias + 2 * hidden, batch: q[0], positions: fresh, size: valueSize)
            }
        }
        let past = run.optionalTensor(6)?.shape[2] ?? 0
        let keyCache = KeyCache<T>(run, past: 6, fresh: keys, kLayout, heads: heads, count: fresh, size: size, present: 1)
        let valueCache = KeyCache<T>(run, past: 7, fresh: values, vLayout, heads: heads, count: fresh, size: valueSize, present: 2)
        if let cache = keyCache.elements { (keys, kLayout) = (cache, keyCache.layout) }
        if let cache = valueCache.elements { (values, vLayout) = (cache, valueCache.layout) }
        let problem = AttentionProblem(
            batch: q[0], queryHeads: heads, keyHeads: heads, queries: q[1], keys: past + fresh, headSize: size, valueSize: valueSize,
            scale: scale ?? 1 / Float(size).squareRoot(), q: qLayout, k: kLayout, v: vLayout,
            y: .packed(heads: heads, positions: q[1], size: valueSize))
        let output = run.destination(0, as: T.self)
        let scores = run.isWanted(3) ? run.destination(3, as: T.self) : nil
        let bias = ContributedBias<T>(
            run, keys: problem.keys, past: past, isCausal: isCausal, mask: KeyMask(run.optionalTensor(4), batch: q[0], filter: filter),
            added: run.optionalTensor(5))
        T.attend(run, problem, query, keys, values, output.elements, scores: scores?.elements, bias: bias.add)
        output.finish()
        scores?.finish()
        keyCache.finish()
        valueCache.finish()
    }

    /// A copy with a bias added, [batch, positions, heads · size].
    private func biased<T: Real>(
        _ run: NodeRun, _ x: UnsafePointer<T>, _ layout: inout HeadLayout, _ bias: UnsafePointer<T>, batch: Int, positions: Int, size: Int
    ) -> UnsafePointer<T> {
        let result = run.scratch(T.self, count: batch * positions * heads * size)
        let packed = HeadLayout.packed(heads: heads, positions: positions, size: size)
        for entry in 0..<batch {
            for position in 0..<positions {
                for head in 0..<heads {
                    let (from, to) = (x + layout.offset(entry, head, position), result + packed.offset(entry, head, position))
                    for i in 0..<size { to[i] = from[i] + bias[head * size + i] }
                }
            }
        }
        layout = packed
        return UnsafePointer(result)
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] {
        [RowAxis](repeating: AttentionRows.find(inputs, facts, batched: [0, 1, 2, 4, 6, 7], broadcast: [5]), count: 4)
    }
}

/// What the contributed operators add to the scores of a query: causality, a key mask and a bias.
struct ContributedBias<T: Real> {
    private let keys: Int
    private let past: Int
    private let isCausal: Bool
    private let mask: KeyMask?
    private let added: AttentionMask<T>?

    init(_ run: NodeRun, keys: Int, past: Int, isCausal: Bool, mask: KeyMask?, added: Tensor?) {
        self.keys = keys
        self.past = past
        self.isCausal = isCausal
        self.mask = mask
        self.added = added.map { AttentionMask<T>(run, $0) }
    }

    func add(_ entry: Int, _ head: Int, _ query: Int, _ row: UnsafeMutablePointer<T>) -> Bool {
        mask?.add(entry, query, row, keys: keys)
        if let added {
            let line = added.row(entry, head, query)
            for j in 0..<min(keys, added.length) { row[j] += line[j] }
        }
        if isCausal { for j in min(past + query + 1, keys)..<keys { row[j] = -.infinity } }
        return false
    }
}
