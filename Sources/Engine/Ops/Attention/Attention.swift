internal import Tensors

/// Scaled dot-product attention as the standard has it: shared key heads, masks, windows and caches.
struct Attention: Operation {
    let node: Node
    let queryHeads: Int?
    let keyHeads: Int?
    let scale: Float?
    let softcap: Float
    let visible: VisibleKeys
    let stage: AttentionProblem.Stage
    /// The type of the softmax as the model format numbers it; nil for that of the inputs.
    let softmaxPrecision: Int?

    static let entries: [OperatorEntry] = [
        OperatorEntry("Attention") { node throws(EngineError) in try Attention(node) }
    ]

    init(_ node: Node) throws(EngineError) {
        self.node = node
        queryHeads = try Self.heads(node, "q_num_heads")
        keyHeads = try Self.heads(node, "kv_num_heads")
        scale = try node.float("scale")
        softcap = try node.float("softcap", default: 0)
        var visible = VisibleKeys(isCausal: try node.bool("is_causal", default: false))
        let (left, right) = (try node.int("left_window_size", default: -1, atLeast: -1), try node.int("right_window_size", default: -1, atLeast: -1))
        if left >= 0 { visible.left = left }
        if right >= 0 { visible.right = right }
        self.visible = visible
        let mode = try node.int("qk_matmul_output_mode", default: 0)
        guard let stage = AttentionProblem.Stage(rawValue: mode) else {
            throw node.malformed("attribute 'qk_matmul_output_mode' is \(mode)")
        }
        self.stage = stage
        softmaxPrecision = try node.int("softmax_precision")
        if let softmaxPrecision, ![1, 10, 11, 16].contains(softmaxPrecision) {
            throw node.malformed("attribute 'softmax_precision' is \(softmaxPrecision)")
        }
    }

    private static func heads(_ node: Node, _ name: String) throws(EngineError) -> Int? {
        guard let value = try node.int(name), value != 0 else { return nil }
        guard value > 0, value <= WindowAttributes.largestValue else { throw node.malformed("attribute '\(name)' is \(value)") }
        return value
    }

    /// [batch, heads, positions, size] of an input of either layout.
    private func headed(_ fact: Fact, _ label: String, _ heads: Int?) throws(EngineError) -> [Dim]? {
        guard let dims = fact.dims else { return nil }
        if dims.count == 4 { return dims }
        guard dims.count == 3 else { throw node.malformed("input '\(label)' must have rank 3 or 4, not \(dims.count)") }
        guard let heads else { throw node.malformed("input '\(label)' of rank 3 needs a number of heads") }
        guard let hidden = dims[2].value else { return [dims[0], .known(heads), dims[1], .unknown] }
        guard hidden % heads == 0 else { throw node.malformed("input '\(label)' has \(hidden) elements for \(heads) heads") }
        return [dims[0], .known(heads), dims[1], .known(hidden / heads)]
    }

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let qFact = try node.tensorFact(inputs, 0, "Q", .floating)
        let kFact = try node.tensorFact(inputs, 1, "K", .floating)
        let vFact = try node.tensorFact(inputs, 2, "V", .floating)
        let mask = try node.optionalTensorFact(inputs, 3, "attn_mask")
        let pastKey = try node.optionalTensorFact(inputs, 4, "past_key", .floating)
        let pastValue = try node.optionalTensorFact(inputs, 5, "past_value", .floating)
        let lengths = try node.optionalTensorFact(inputs, 6, "nonpad_kv_seqlen", [.int64])
        guard (pastKey == nil) == (pastValue == nil) else { throw node.malformed("past_key and past_value must come together") }
        let (qType, vType) = (qFact.dataType ?? .float32, vFact.dataType ?? .float32)
        guard let q = try headed(qFact, "Q", queryHeads), let k = try headed(kFact, "K", keyHeads), let v = try headed(vFact, "V", keyHeads)
        else { return [Fact(qType, nil), Fact(qType, nil), Fact(vType, nil), Fact(qType, nil)] }
        guard qFact.rank == kFact.rank, kFact.rank == vFact.rank else { throw node.malformed("Q, K and V differ in rank") }
        try checkFit(q, k, v)
        var (total, pastLength) = (k[2], Dim.known(0))
        if let pastKey, let pastValue {
            pastLength = pastKey.dim(2)
            try node.checkDims(pastKey, [k[0], k[1], pastLength, k[3]], "past_key")
            try node.checkDims(pastValue, [v[0], v[1], pastLength, v[3]], "past_value")
            total = .unknown
            if let past = pastLength.value, let new = k[2].value { total = .known(past + new) }
        }
        try checkMask(mask, [q[0], q[1], q[2], total])
        try node.checkDims(lengths, [q[0]], "nonpad_kv_seqlen")
        var y = [q[0], q[1], q[2], v[3]]
        if qFact.rank == 3 {
            var hidden = Dim.unknown
            if let heads = q[1].value, let size = v[3].value {
                let (product, overflow) = heads.multipliedReportingOverflow(by: size)
                if overflow { throw node.malformed("\(heads) heads of \(size) elements are too many") }
                hidden = .known(product)
            }
            y = [q[0], q[2], hidden]
        }
        return [
            try node.outputFact(qType, y), try node.outputFact(qType, [k[0], k[1], total, k[3]]),
            try node.outputFact(vType, [v[0], v[1], total, v[3]]), try node.outputFact(qType, [q[0], q[1], q[2], total]),
        ]
    }

    private func checkFit(_ q: [Dim], _ k: [Dim], _ v: [Dim]) throws(EngineError) {
        try node.checkExtent(k[0], q[0], "the batch of K")
        try node.checkExtent(v[0], q[0], "the batch of V")
        try node.checkExtent(k[3], q[3], "the head size of K")
        try node.checkExtent(v[2], k[2], "the length of V")
        try node.checkExtent(v[1], k[1], "the number of heads of V")
        if let many = q[1].value, let few = k[1].value, few == 0 ? many != 0 : many % few != 0 {
            throw node.malformed("\(many) query heads do not share \(few) key heads evenly")
        }
    }

    private func checkMask(_ mask: Fact?, _ scores: [Dim]) throws(EngineError) {
        guard let mask else { return }
        guard mask.dataType == .bool || mask.dataType?.isFloatingPoint == true && mask.dataType?.byteWidth ?? 0 > 1 else {
            throw node.unsupported("a mask of \(mask.type)")
        }
        guard let dims = mask.dims else { return }
        guard dims.count >= 1, dims.count <= 4 else { throw node.malformed("input 'attn_mask' has rank \(dims.count)") }
        for (have, want) in zip(dims.reversed(), scores.reversed()).dropFirst() where have != 1 {
            try node.checkExtent(have, want, "an extent of input 'attn_mask' that is not 1")
        }
        if let length = dims[dims.count - 1].value, let keys = scores[3].value, length > keys {
            throw node.malformed("input 'attn_mask' reaches over \(length) of \(keys) keys")
        }
    }

    var outputCount: Int { 4 }

    func run(_ run: NodeRun) throws(EngineError) {
        if run.tensor(0).dataType == .float64 { try attend(run, Double.self) } else { try attend(run, Float.self) }
    }

    private func attend<T: AttentionElement>(_ run: NodeRun, _ type: T.Type) throws(EngineError) {
        let (q, k, v) = (run.tensor(0).shape, run.tensor(1).shape, run.tensor(2).shape)
        let isPacked = q.rank == 3
        let (heads, shared) = isPacked ? (queryHeads ?? 1, keyHeads ?? 1) : (q[1], k[1])
        let (queries, fresh) = isPacked ? (q[1], k[1]) : (q[2], k[2])
        let past = run.optionalTensor(4)?.shape[2] ?? 0
        let size = isPacked ? q[2] / heads : q[3]
        let valueSize = isPacked ? v[2] / shared : v[3]
        func layout(_ heads: Int, _ positions: Int, _ size: Int) -> HeadLayout {
            isPacked
                ? .packed(heads: heads, positions: positions, size: size) : .headsFirst(heads: heads, positions: positions, size: size)
        }
        var problem = AttentionProblem(
            batch: q[0], queryHeads: heads, keyHeads: shared, queries: queries, keys: past + fresh, headSize: size, valueSize: valueSize,
            scale: scale ?? 1 / Float(size).squareRoot(), softcap: softcap, q: layout(heads, queries, size), k: layout(shared, fresh, size),
            v: layout(shared, fresh, valueSize), y: layout(heads, queries, valueSize), stage: stage)
        var query = run.elements(run.tensor(0), as: T.self)
        var keys = run.elements(run.tensor(1), as: T.self)
        var values = run.elements(run.tensor(2), as: T.self)
        let keyCache = KeyCache<T>(run, past: 4, fresh: keys, problem.k, heads: shared, count: fresh, size: size, present: 1)
        let valueCache = KeyCache<T>(run, past: 5, fresh: values, problem.v, heads: shared, count: fresh, size: valueSize, present: 2)
        if let cache = keyCache.elements { (keys, problem.k) = (cache, keyCache.layout) }
        if let cache = valueCache.elements { (values, problem.v) = (cache, valueCache.layout) }
        if run.tensor(0).dataType == .bfloat16 {
            // The standard scales both operands before their product; in so few bits that shows.
            let factor = BFloat16.round(T(problem.scale).squareRoot())
            query = Self.scaled(run, query, run.tensor(0).count, factor)
            let count = q[0] * shared * problem.keys * size
            keys = Self.scaled(run, keys, count, factor)
            problem.scale = 1
            problem.roundsToBFloat16 = softmaxPrecision == nil || softmaxPrecision == 16
            problem.roundsScores = true
        }
        let mask = run.optionalTensor(3).map { AttentionMask<T>(run, $0) }
        let lengths = run.optionalTensor(6).map { UnsafeBufferPointer(start: $0.pointer(as: Int64.self), count: q[0]) }
        if let wrong = lengths?.first(where: { $0 < 0 || $0 > Int64(problem.keys) }) {
            throw EngineError(.invalidInput, "a length of \(wrong) among \(problem.keys) keys", place: node.place)
        }
        let output = run.destination(0, as: T.self)
        let scores = run.isWanted(3) ? run.destination(3, as: T.self) : nil
        T.attend(run, problem, query, keys, values, output.elements, scores: scores?.elements) { entry, head, query, row in
            let valid = lengths.map { Int($0[entry]) } ?? problem.keys
            // The queries follow what is cached; an outer cache says how much that is by its length.
            let before = past > 0 || lengths == nil ? past : valid - queries
            let visible = self.visible.range(position: before + query, keys: problem.keys, valid: valid)
            return Self.bias(row, problem.keys, visible, mask.map { ($0.row(entry, head, query), $0.length) })
        }
        output.finish()
        scores?.finish()
        keyCache.finish()
        valueCache.finish()
    }

    private static func scaled<T: Real>(_ run: NodeRun, _ x: UnsafePointer<T>, _ count: Int, _ factor: T) -> UnsafePointer<T> {
        let result = run.scratch(T.self, count: count)
        for i in 0..<count { result[i] = BFloat16.round(x[i] * factor) }
        return UnsafePointer(result)
    }

    /// Adds the mask to the scores inside the visible range, takes out the others; true when none is left.
    static func bias<T: Real>(
        _ row: UnsafeMutablePointer<T>, _ keys: Int, _ visible: Range<Int>, _ mask: (row: UnsafePointer<T>, length: Int)?
    ) -> Bool {
        var isMasked = true
        for j in 0..<keys {
            guard visible.contains(j), mask.map({ j < $0.length }) ?? true else {
                row[j] = -.infinity
                continue
            }
            let added = mask.map { $0.row[j] } ?? 0
            if added == -.infinity {
                row[j] = -.infinity
            } else {
                row[j] += added
                isMasked = false
            }
        }
        return isMasked
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] {
        [RowAxis](repeating: AttentionRows.find(inputs, facts, batched: [0, 1, 2, 4, 5, 6], broadcast: [3]), count: 4)
    }
}
