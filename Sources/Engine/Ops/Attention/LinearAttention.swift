internal import Tensors

/// Attention whose state is a matrix, updated token by token: linear, gated, delta and gated delta rules.
struct LinearAttention: Operation {
    let node: Node
    let queryHeads: Int
    let keyHeads: Int
    let scale: Float
    let isGated: Bool
    let hasDelta: Bool

    static let entries: [OperatorEntry] = [
        OperatorEntry("LinearAttention", versions: 27...Int.max) { node throws(EngineError) in try LinearAttention(node) }
    ]

    init(_ node: Node) throws(EngineError) {
        self.node = node
        queryHeads = try node.required("q_num_heads", try node.int("q_num_heads"))
        keyHeads = try node.required("kv_num_heads", try node.int("kv_num_heads"))
        scale = try node.float("scale", default: 0)
        guard keyHeads > 0, queryHeads > 0, queryHeads % keyHeads == 0, queryHeads <= WindowAttributes.largestValue else {
            throw node.malformed("\(queryHeads) query heads do not share \(keyHeads) key heads evenly")
        }
        switch try node.string("update_rule", default: "gated_delta") {
        case "linear": (isGated, hasDelta) = (false, false)
        case "gated": (isGated, hasDelta) = (true, false)
        case "delta": (isGated, hasDelta) = (false, true)
        case "gated_delta": (isGated, hasDelta) = (true, true)
        case let other: throw node.malformed("attribute 'update_rule' is '\(other)'")
        }
    }

    private func size(_ dim: Dim, _ heads: Int, _ label: String) throws(EngineError) -> Dim {
        guard let hidden = dim.value else { return .unknown }
        guard hidden % heads == 0 else { throw node.malformed("input '\(label)' has \(hidden) elements for \(heads) heads") }
        return .known(hidden / heads)
    }

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let query = try node.tensorFact(inputs, 0, "query", .floating)
        let key = try node.tensorFact(inputs, 1, "key", .floating)
        let value = try node.tensorFact(inputs, 2, "value", .floating)
        let past = try node.optionalTensorFact(inputs, 3, "past_state", .floating)
        let decay = try node.optionalTensorFact(inputs, 4, "decay", .floating)
        let beta = try node.optionalTensorFact(inputs, 5, "beta", .floating)
        guard (decay != nil) == isGated, (beta != nil) == hasDelta else {
            throw node.malformed("its inputs 'decay' and 'beta' do not fit its update rule")
        }
        try node.checkRank(query, "query", 3)
        let keySize = try size(query.dim(2), queryHeads, "query")
        try node.checkDims(key, [query.dim(0), query.dim(1), keySize.value.map { .known($0 * keyHeads) } ?? .unknown], "key")
        try node.checkDims(value, [query.dim(0), query.dim(1), value.dim(2)], "value")
        let valueSize = try size(value.dim(2), keyHeads, "value")
        let state = [query.dim(0), .known(keyHeads), keySize, valueSize]
        try node.checkDims(past, state, "past_state")
        for (fact, label, one) in [(decay, "decay", keySize.value.map { $0 * keyHeads }), (beta, "beta", 1)] {
            guard let fact else { continue }
            try node.checkDims(fact, [query.dim(0), query.dim(1), fact.dim(2)], label)
            if let last = fact.dim(2).value, last != keyHeads, last != one { throw node.malformed("input '\(label)' has \(last) elements a token") }
        }
        let dataType = query.dataType ?? .float32
        let hidden: Dim = valueSize.value.map { .known($0.multipliedReportingOverflow(by: queryHeads).partialValue) } ?? .unknown
        if let hidden = hidden.value, hidden < 0 { throw node.malformed("\(queryHeads) heads are too many") }
        return [
            try node.outputFact(dataType, [query.dim(0), query.dim(1), hidden]),
            try node.outputFact(past?.dataType ?? dataType, state),
        ]
    }

    var outputCount: Int { 2 }

    func run(_ run: NodeRun) throws(EngineError) {
        if run.tensor(0).dataType == .float64 { recur(run, Double.self) } else { recur(run, Float.self) }
    }

    private func recur<T: Real>(_ run: NodeRun, _ type: T.Type) {
        let (batch, steps) = (run.tensor(0).shape[0], run.tensor(0).shape[1])
        let (keySize, valueSize) = (run.tensor(0).shape[2] / queryHeads, run.tensor(2).shape[2] / keyHeads)
        let (q, k) = (run.elements(run.tensor(0), as: T.self), run.elements(run.tensor(1), as: T.self))
        let v = run.elements(run.tensor(2), as: T.self)
        let past = run.optionalElements(3, as: T.self)
        let (decay, beta) = (run.optionalElements(4, as: T.self), run.optionalElements(5, as: T.self))
        let (decayWidth, betaWidth) = (run.optionalTensor(4)?.shape[2] ?? 0, run.optionalTensor(5)?.shape[2] ?? 0)
        let output = run.destination(0, as: T.self)
        let present = run.isWanted(1) ? run.destination(1, as: T.self) : nil
        let factor = scale == 0 ? 1 / T(keySize).squareRoot() : T(scale)
        let sharing = queryHeads / keyHeads
        let area = keySize * valueSize
        run.parallel(batch * keyHeads, costPerPiece: 6 &* steps &* area) { pieces in
            LaneScratch.with(T.self, count: area + valueSize) { state in
                let update = state + area
                for piece in pieces {
                    let (entry, head) = piece.quotientAndRemainder(dividingBy: keyHeads)
                    for i in 0..<area { state[i] = past.map { $0[piece * area + i] } ?? 0 }
                    for step in 0..<steps {
                        let token = entry * steps + step
                        let (key, value) = (k + (token * keyHeads + head) * keySize, v + (token * keyHeads + head) * valueSize)
                        if let decay {
                            let isPerKey = decayWidth != keyHeads
                            for d in 0..<keySize {
                                let gate = T.exp(decay[token * decayWidth + (isPerKey ? head * keySize + d : head)])
                                for m in 0..<valueSize { state[d * valueSize + m] *= gate }
                            }
                        }
                        if let beta {
                            update.update(repeating: 0, count: valueSize)
                            for d in 0..<keySize { for m in 0..<valueSize { update[m] += state[d * valueSize + m] * key[d] } }
                            let rate = beta[token * betaWidth + (betaWidth == 1 ? 0 : head)]
                            for m in 0..<valueSize { update[m] = rate * (value[m] - update[m]) }
                        } else {
                            update.update(from: value, count: valueSize)
                        }
                        for d in 0..<keySize { for m in 0..<valueSize { state[d * valueSize + m] += key[d] * update[m] } }
                        for shared in 0..<sharing {
                            let queryHead = head * sharing + shared
                            let query = q + (token * queryHeads + queryHead) * keySize
                            let y = output.elements + (token * queryHeads + queryHead) * valueSize
                            y.update(repeating: 0, count: valueSize)
                            for d in 0..<keySize { for m in 0..<valueSize { y[m] += query[d] * state[d * valueSize + m] } }
                            for m in 0..<valueSize { y[m] *= factor }
                        }
                    }
                    if let present { (present.elements + piece * area).update(from: state, count: area) }
                }
            }
        }
        output.finish()
        present?.finish()
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] {
        [RowAxis](repeating: AttentionRows.find(inputs, facts, batched: [0, 1, 2, 3, 4, 5], broadcast: []), count: 2)
    }
}
