internal import Tensors

/// Rotates pairs of elements of each head by angles that depend on the position.
struct RotaryEmbedding: Operation {
    let node: Node
    let isInterleaved: Bool
    let heads: Int
    /// Elements of each head that are rotated; 0 for all.
    let rotated: Int
    /// The positions are the second input and always there; one of them stands for the first of a run.
    let isContributed: Bool

    static let entries: [OperatorEntry] = [
        OperatorEntry("RotaryEmbedding") { node throws(EngineError) in try RotaryEmbedding(node, isContributed: false) },
        OperatorEntry("RotaryEmbedding", domain: "com.microsoft") { node throws(EngineError) in
            try RotaryEmbedding(node, isContributed: true)
        },
    ]

    init(_ node: Node, isContributed: Bool) throws(EngineError) {
        self.node = node
        self.isContributed = isContributed
        isInterleaved = try node.bool("interleaved", default: false)
        heads = try node.int("num_heads", default: 0, atLeast: 0)
        rotated = try node.int("rotary_embedding_dim", default: 0, atLeast: 0)
        guard rotated % 2 == 0 else { throw node.malformed("attribute 'rotary_embedding_dim' is \(rotated)") }
        if try node.bool("is_packed_batching", default: false) { throw node.unsupported("packed batching") }
    }

    private var positions: (cosine: Int, sine: Int, ids: Int) { isContributed ? (2, 3, 1) : (1, 2, 3) }

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let x = try node.tensorFact(inputs, 0, "X", .floating)
        let cosine = try node.tensorFact(inputs, positions.cosine, "cos_cache", .floating)
        let sine = try node.tensorFact(inputs, positions.sine, "sin_cache", .floating)
        let ids = try node.optionalTensorFact(inputs, positions.ids, "position_ids", [.int64])
        if isContributed, ids == nil { throw node.malformed("input 'position_ids' is missing") }
        try node.checkRank(x, "X", 3, 4)
        try node.checkRank(cosine, "cos_cache", ids == nil ? 3 : 2)
        if let dims = cosine.dims { try node.checkDims(sine, dims, "sin_cache") }
        if let shape = x.shape, let caches = cosine.shape {
            let size = try extents(shape, caches)
            if let count = ids?.shape?.count, count != size.batch * size.length, !(isContributed && count == 1) {
                throw node.malformed("there are \(count) position_ids for \(size.batch) sequences of \(size.length)")
            }
        }
        return [try node.outputFact(x.dataType ?? .float32, x.dims)]
    }

    private struct Extents {
        var batch: Int
        var length: Int
        var heads: Int
        var size: Int
        /// Pairs rotated in each head.
        var pairs: Int
    }

    private func extents(_ shape: Shape, _ caches: Shape) throws(EngineError) -> Extents {
        var result = Extents(batch: shape[0], length: shape[1], heads: 0, size: 0, pairs: caches[caches.rank - 1])
        if shape.rank == 4 {
            (result.heads, result.length, result.size) = (shape[1], shape[2], shape[3])
        } else {
            // Without a number of heads, the caches tell the size of one.
            let size = heads > 0 ? shape[2] / heads : 2 * result.pairs
            guard size > 0, shape[2] % size == 0, heads == 0 || size * heads == shape[2] else {
                throw node.malformed("an input of \(shape) does not divide into \(heads) heads")
            }
            (result.heads, result.size) = (shape[2] / size, size)
        }
        let expected = rotated > 0 ? rotated / 2 : result.size / 2
        guard result.pairs == expected, 2 * result.pairs <= result.size else {
            throw node.malformed("caches for \(result.pairs) pairs do not fit \(expected)")
        }
        if caches.rank == 3, caches[0] != result.batch || caches[1] != result.length {
            throw node.malformed("caches of \(caches) do not fit \(result.batch) sequences of \(result.length)")
        }
        return result
    }

    func run(_ run: NodeRun) throws(EngineError) {
        if run.tensor(0).dataType == .float64 { try rotate(run, Double.self) } else { try rotate(run, Float.self) }
    }

    private func rotate<T: Real>(_ run: NodeRun, _ type: T.Type) throws(EngineError) {
        let (shape, caches) = (run.tensor(0).shape, run.tensor(positions.cosine).shape)
        let size = try extents(shape, caches)
        let x = run.elements(run.tensor(0), as: T.self)
        let cosine = run.elements(run.tensor(positions.cosine), as: T.self)
        let sine = run.elements(run.tensor(positions.sine), as: T.self)
        let output = run.destination(0, as: T.self)
        let layout: HeadLayout =
            shape.rank == 4
            ? .headsFirst(heads: size.heads, positions: size.length, size: size.size)
            : .packed(heads: size.heads, positions: size.length, size: size.size)
        let rotation = Rotation(isInterleaved: isInterleaved, pairs: size.pairs, size: size.size)
        for entry in 0..<size.batch {
            for position in 0..<size.length {
                let angle = try place(run, entry, position, size.length, caches) * size.pairs
                for head in 0..<size.heads {
                    let at = layout.offset(entry, head, position)
                    rotation.apply(x + at, cosine + angle, sine + angle, into: output.elements + at)
                }
            }
        }
        output.finish()
    }

    /// The row of the caches for one position of one sequence.
    private func place(_ run: NodeRun, _ entry: Int, _ position: Int, _ length: Int, _ caches: Shape) throws(EngineError) -> Int {
        guard let tensor = run.optionalTensor(positions.ids) else { return entry * length + position }
        let ids = tensor.pointer(as: Int64.self)
        let isOffset = isContributed && tensor.count == 1
        let id = isOffset ? ids[0] &+ Int64(position) : ids[entry * length + position]
        guard id >= 0, id < caches[0] else {
            throw EngineError(.invalidInput, "position \(id) is outside a cache of \(caches[0])", place: node.place)
        }
        return Int(id)
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] {
        guard case .axis(let axis) = inputs[0] else {
            for input in inputs { if case .mixed = input { return [input] } }
            return [inputs.allSatisfy { $0 == .absent } ? .absent : .mixed("it combines rows")]
        }
        guard axis == 0 else { return [.mixed("it combines rows")] }
        for index in inputs.indices.dropFirst() {
            if case .mixed = inputs[index] { return [inputs[index]] }
            let isPerRow = index == positions.ids ? facts[index]?.shape?.count != 1 : facts[index]?.rank == 3
            guard facts[index] != nil, inputs[index] != (isPerRow ? .axis(0) : .absent) else { continue }
            return [.mixed("an input has an entry for each row of a fixed batch")]
        }
        return [.axis(0)]
    }
}

/// The rotation of one head's elements at one position.
struct Rotation: Sendable {
    /// Partners are neighbours; else half the rotated elements apart.
    let isInterleaved: Bool
    let pairs: Int
    let size: Int

    /// x and y may be the same.
    func apply<T: Real>(_ x: UnsafePointer<T>, _ cosine: UnsafePointer<T>, _ sine: UnsafePointer<T>, into y: UnsafeMutablePointer<T>) {
        for pair in 0..<pairs {
            let (first, second) = isInterleaved ? (2 * pair, 2 * pair + 1) : (pair, pair + pairs)
            let (a, b) = (x[first], x[second])
            y[first] = cosine[pair] * a - sine[pair] * b
            y[second] = sine[pair] * a + cosine[pair] * b
        }
        for i in 2 * pairs..<size { y[i] = x[i] }
    }
}
