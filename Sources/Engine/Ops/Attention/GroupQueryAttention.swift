internal import Tensors

/// The contributed attention of language models: causal, over a cache, with shared key heads and rotary embedding.
struct GroupQueryAttention: Operation {
    let node: Node
    let heads: Int
    let keyHeads: Int
    let scale: Float?
    let softcap: Float
    /// Keys up to its own that a query sees; nil for all.
    let window: Int?
    let rotates: Bool
    let isInterleaved: Bool
    let smoothsSoftmax: Bool

    static let entries: [OperatorEntry] = [
        OperatorEntry("GroupQueryAttention", domain: "com.microsoft") { node throws(EngineError) in try GroupQueryAttention(node) }
    ]

    init(_ node: Node) throws(EngineError) {
        self.node = node
        heads = try node.required("num_heads", try node.int("num_heads"))
        keyHeads = try node.required("kv_num_heads", try node.int("kv_num_heads"))
        guard heads > 0, keyHeads > 0, heads % keyHeads == 0, heads <= WindowAttributes.largestValue else {
            throw node.malformed("\(heads) query heads do not share \(keyHeads) key heads evenly")
        }
        scale = try node.float("scale").flatMap { $0 == 0 ? nil : $0 }
        softcap = try node.float("softcap", default: 0)
        let window = try node.int("local_window_size", default: -1)
        self.window = window > 0 ? window : nil
        rotates = try node.bool("do_rotary", default: false)
        isInterleaved = try node.bool("rotary_interleaved", default: false)
        smoothsSoftmax = try node.int("smooth_softmax", default: 0) > 0
        for name in ["k_quant_type", "v_quant_type"] {
            if let kind = try node.string(name), kind != "NONE" { throw node.unsupported("a quantised cache") }
        }
    }

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let q = try node.tensorFact(inputs, 0, "query", .floating)
        let k = try node.optionalTensorFact(inputs, 1, "key", .floating)
        let v = try node.optionalTensorFact(inputs, 2, "value", .floating)
        let pastKey = try node.optionalTensorFact(inputs, 3, "past_key", .floating)
        let pastValue = try node.optionalTensorFact(inputs, 4, "past_value", .floating)
        let lengths = try node.tensorFact(inputs, 5, "seqlens_k", [.int32])
        let total = try node.tensorFact(inputs, 6, "total_sequence_length", [.int32])
        guard (k == nil) == (v == nil) else { throw node.malformed("key and value must come together") }
        guard (pastKey == nil) == (pastValue == nil) else { throw node.malformed("past_key and past_value must come together") }
        try node.checkRank(q, "query", 3)
        let columns = k == nil ? heads + 2 * keyHeads : heads
        var size = Dim.unknown
        if let hidden = q.dim(2).value {
            guard hidden % columns == 0 else { throw node.malformed("\(hidden) elements do not divide into \(columns) heads") }
            size = .known(hidden / columns)
        }
        if let k, let v {
            let hidden: Dim = size.value.map { .known($0 * keyHeads) } ?? .unknown
            try node.checkDims(k, [q.dim(0), q.dim(1), hidden], "key")
            try node.checkDims(v, [q.dim(0), q.dim(1), hidden], "value")
        }
        let cache = [q.dim(0), Dim.known(keyHeads), pastKey?.dim(2) ?? .unknown, size]
        try node.checkDims(pastKey, cache, "past_key")
        try node.checkDims(pastValue, cache, "past_value")
        if let count = lengths.shape?.count, let batch = q.dim(0).value, count != batch {
            throw node.malformed("input 'seqlens_k' has \(count) elements for a batch of \(batch)")
        }
        if let count = total.shape?.count, count != 1 { throw node.malformed("input 'total_sequence_length' has \(count) elements") }
        try checkExtras(inputs, q, size)
        var present = cache
        present[2] = .unknown
        if let value = total.value?.integers?.first, pastKey == nil || pastKey?.dim(2).value != nil {
            guard value >= 0 else { throw node.malformed("total_sequence_length is \(value)") }
            present[2] = .known(max(value, pastKey?.dim(2).value ?? 0))
        }
        let dataType = q.dataType ?? .float32
        let hidden: Dim = size.value.map { .known($0 * heads) } ?? .unknown
        return [
            try node.outputFact(dataType, [q.dim(0), q.dim(1), hidden]), try node.outputFact(dataType, present),
            try node.outputFact(dataType, present),
        ]
    }

    private func checkExtras(_ inputs: [Fact?], _ q: Fact, _ size: Dim) throws(EngineError) {
        let cosine = try node.optionalTensorFact(inputs, 7, "cos_cache", .floating)
        let sine = try node.optionalTensorFact(inputs, 8, "sin_cache", .floating)
        let places = try node.optionalTensorFact(inputs, 9, "position_ids", [.int64])
        let added = try node.optionalTensorFact(inputs, 10, "attention_bias", .floating)
        let sinks = try node.optionalTensorFact(inputs, 11, "head_sink", .floating)
        if rotates {
            guard let cosine, let sine else { throw node.malformed("rotary embedding needs its caches") }
            try node.checkRank(cosine, "cos_cache", 2)
            if let dims = cosine.dims {
                try node.checkDims(sine, dims, "sin_cache")
                if let pairs = dims[1].value, let size = size.value, 2 * pairs > size {
                    throw node.malformed("caches for \(pairs) pairs do not fit heads of \(size)")
                }
            }
        }
        try node.checkDims(places, [q.dim(0), q.dim(1)], "position_ids")
        try node.checkDims(sinks, [.known(heads)], "head_sink")
        if let added {
            try node.checkRank(added, "attention_bias", 4)
            for (axis, want) in [(0, q.dim(0)), (1, .known(heads)), (2, q.dim(1))] where added.dim(axis) != 1 {
                try node.checkExtent(added.dim(axis), want, "extent \(axis) of input 'attention_bias'")
            }
        }
    }

    var outputCount: Int { 3 }

    func run(_ run: NodeRun) throws(EngineError) {
        if run.tensor(0).dataType == .float64 { try attend(run, Double.self) } else { try attend(run, Float.self) }
    }

    private func attend<T: AttentionElement>(_ run: NodeRun, _ type: T.Type) throws(EngineError) {
        let q = run.tensor(0).shape
        let (batch, queries) = (q[0], q[1])
        let isPacked = run.optionalTensor(1) == nil
        let size = q[2] / (isPacked ? heads + 2 * keyHeads : heads)
        let total = Int(run.tensor(6).pointer(as: Int32.self)[0])
        let buffer = run.optionalTensor(3)?.shape[2] ?? 0
        let span = max(total, buffer)
        let lengths = try lengths(run, batch, queries: queries, total: total, span: span)
        var query = run.elements(run.tensor(0), as: T.self)
        var qLayout = HeadLayout.packed(heads: heads, positions: queries, size: size)
        var (keys, values) = (query, query)
        var kLayout = HeadLayout.packed(heads: keyHeads, positions: queries, size: size)
        if let k = run.optionalTensor(1), let v = run.optionalTensor(2) {
            (keys, values) = (run.elements(k, as: T.self), run.elements(v, as: T.self))
        } else {
            qLayout = HeadLayout(batch: queries * q[2], head: size, position: q[2])
            (keys, values, kLayout) = (query + heads * size, query + (heads + keyHeads) * size, qLayout)
        }
        let vLayout = kLayout
        if rotates {
            query = try rotated(run, query, &qLayout, heads: heads, size: size, batch, queries, lengths)
            keys = try rotated(run, keys, &kLayout, heads: keyHeads, size: size, batch, queries, lengths)
        }
        let presentKeys = try fill(run, past: 3, present: 1, keys, kLayout, size, span, buffer, queries, lengths)
        let presentValues = try fill(run, past: 4, present: 2, values, vLayout, size, span, buffer, queries, lengths)
        let cache = HeadLayout.headsFirst(heads: keyHeads, positions: span, size: size)
        let longest = lengths.map { $0.past + $0.fresh }.max() ?? 0
        var problem = AttentionProblem(
            batch: batch, queryHeads: heads, keyHeads: keyHeads, queries: queries, keys: longest, headSize: size, valueSize: size,
            scale: scale ?? 1 / Float(size).squareRoot(), softcap: softcap, q: qLayout, k: cache, v: cache,
            y: .packed(heads: heads, positions: queries, size: size))
        if let sinks = run.optionalTensor(11) {
            problem.sinks = sinks.floats
        } else if smoothsSoftmax {
            problem.sinks = [Float](repeating: 0, count: heads)
        }
        let added = run.optionalTensor(10).map { AttentionMask<T>(run, $0) }
        if let added, added.length < longest {
            throw EngineError(.invalidInput, "attention_bias reaches over \(added.length) of \(longest) keys", place: node.place)
        }
        let visible = VisibleKeys(isCausal: true, left: window.map { $0 - 1 })
        let output = run.destination(0, as: T.self)
        T.attend(run, problem, query, UnsafePointer(presentKeys.elements), UnsafePointer(presentValues.elements), output.elements, scores: nil) {
            entry, head, query, row in
            let range = visible.range(position: lengths[entry].past + query, keys: longest, valid: lengths[entry].past + lengths[entry].fresh)
            return Attention.bias(row, longest, range, added.map { ($0.row(entry, head, query), $0.length) })
        }
        output.finish()
        presentKeys.finish()
        presentValues.finish()
    }

    /// For each batch entry, keys that were cached and keys that are new.
    private struct Length {
        var past: Int
        var fresh: Int
    }

    private func lengths(_ run: NodeRun, _ batch: Int, queries: Int, total: Int, span: Int) throws(EngineError) -> [Length] {
        let given = run.tensor(5).pointer(as: Int32.self)
        var result: [Length] = []
        for entry in 0..<batch {
            let all = Int(given[entry]) + 1
            // The first prompt fills the whole sequence, whatever the cache holds.
            let isFirst = queries == total
            guard all >= 0, all <= span, isFirst || all >= queries else {
                throw EngineError(.invalidInput, "a sequence of \(all) with \(queries) new tokens and room for \(span)", place: node.place)
            }
            result.append(isFirst ? Length(past: 0, fresh: min(queries, all)) : Length(past: all - queries, fresh: queries))
        }
        return result
    }

    private func rotated<T: Real>(
        _ run: NodeRun, _ x: UnsafePointer<T>, _ layout: inout HeadLayout, heads: Int, size: Int, _ batch: Int, _ positions: Int, _ lengths: [Length]
    ) throws(EngineError) -> UnsafePointer<T> {
        let (cosineTensor, places) = (run.tensor(7), run.optionalTensor(9))
        let (cosine, sine) = (run.elements(cosineTensor, as: T.self), run.elements(run.tensor(8), as: T.self))
        let pairs = cosineTensor.shape[1]
        let rotation = Rotation(isInterleaved: isInterleaved, pairs: pairs, size: size)
        let result = run.scratch(T.self, count: batch * positions * heads * size)
        let packed = HeadLayout.packed(heads: heads, positions: positions, size: size)
        for entry in 0..<batch {
            for position in 0..<positions {
                var place = lengths[entry].past + position
                if let places { place = Int(places.pointer(as: Int64.self)[entry * positions + position]) }
                // What pads a prompt is rotated by anything: nobody sees it.
                if places == nil, position >= lengths[entry].fresh { place = min(place, max(cosineTensor.shape[0] - 1, 0)) }
                guard place >= 0, place < cosineTensor.shape[0] else {
                    throw EngineError(.invalidInput, "position \(place) is outside a cache of \(cosineTensor.shape[0])", place: node.place)
                }
                for head in 0..<heads {
                    rotation.apply(
                        x + layout.offset(entry, head, position), cosine + place * pairs, sine + place * pairs,
                        into: result + packed.offset(entry, head, position))
                }
            }
        }
        layout = packed
        return UnsafePointer(result)
    }

    /// The cache with the new keys or values written behind the old ones.
    private func fill<T: Real>(
        _ run: NodeRun, past: Int, present: Int, _ fresh: UnsafePointer<T>, _ layout: HeadLayout, _ size: Int, _ span: Int, _ buffer: Int,
        _ queries: Int, _ lengths: [Length]
    ) throws(EngineError) -> Destination<T> {
        let output: Destination<T>
        if run.isWanted(present) {
            output = run.destination(try run.target(present, of: self), as: T.self)
        } else {
            let tensor = Tensor(dataType: T.dataType, shape: [lengths.count, keyHeads, span, size])
            output = run.destination(tensor, as: T.self)
        }
        let old = run.optionalElements(past, as: T.self)
        for entry in lengths.indices {
            for head in 0..<keyHeads {
                let line = output.elements + (entry * keyHeads + head) * span * size
                line.update(repeating: 0, count: span * size)
                if let old { line.update(from: old + (entry * keyHeads + head) * buffer * size, count: min(lengths[entry].past, buffer) * size) }
                for position in 0..<lengths[entry].fresh {
                    (line + (lengths[entry].past + position) * size).update(from: fresh + layout.offset(entry, head, position), count: size)
                }
            }
        }
        return output
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] {
        var inputs = inputs
        // How long the whole batch is steers only the size of the cache.
        if inputs.count > 6, case .mixed = inputs[6], facts[6]?.value == nil { inputs[6] = .mixed("the length of its cache depends on the batch") }
        return [RowAxis](repeating: AttentionRows.find(inputs, facts, batched: [0, 1, 2, 3, 4, 5, 9], broadcast: [10]), count: 3)
    }
}
