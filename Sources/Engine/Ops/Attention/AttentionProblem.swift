internal import Tensors

/// Where the heads of a tensor lie: elements from one batch entry, head and position to the next; a head's own are adjacent.
struct HeadLayout {
    var batch: Int
    var head: Int
    var position: Int

    /// [batch, heads, positions, size]
    static func headsFirst(heads: Int, positions: Int, size: Int) -> HeadLayout {
        HeadLayout(batch: heads * positions * size, head: positions * size, position: size)
    }

    /// [batch, positions, heads · size]
    static func packed(heads: Int, positions: Int, size: Int) -> HeadLayout {
        HeadLayout(batch: positions * heads * size, head: size, position: heads * size)
    }

    func offset(_ entry: Int, _ head: Int, _ position: Int = 0) -> Int { entry * batch + head * self.head + position * self.position }
}

/// The extents of one attention: softmax(scale · Q·Kᵀ + bias) · V for every batch entry and head.
struct AttentionProblem {
    /// What of the scores is handed out, besides the result.
    enum Stage: Int, Sendable {
        case product, capped, biased, probabilities
    }

    var batch: Int
    var queryHeads: Int
    /// Each serves as many query heads as there are more of those.
    var keyHeads: Int
    var queries: Int
    var keys: Int
    var headSize: Int
    var valueSize: Int
    var scale: Float
    /// Scores are squeezed into ±softcap; 0 for no bound.
    var softcap: Float = 0
    var q: HeadLayout
    var k: HeadLayout
    var v: HeadLayout
    var y: HeadLayout
    var stage = Stage.product
    /// A logit per query head that takes part in the sum of each softmax and in nothing else; nil for none.
    var sinks: [Float]?

    /// Scores and probabilities are rounded to bfloat16, as if every step were an operator of its own.
    var roundsScores = false
    /// The steps of the softmax are as well.
    var roundsToBFloat16 = false

    /// Queries scored together.
    static let queriesPerBlock = 32
}

/// A type that attention is computed in.
protocol AttentionElement: SoftmaxElement {
    /// Computes every head of every batch entry.
    ///
    /// - Parameters:
    ///   - scores: [batch, query heads, queries, keys], to be filled at the problem's stage; or nil.
    ///   - bias: adds to the scores of one query; true when it leaves no key at all, which gives a result of zeros.
    static func attend(
        _ run: NodeRun, _ problem: AttentionProblem, _ q: UnsafePointer<Self>, _ k: UnsafePointer<Self>, _ v: UnsafePointer<Self>,
        _ y: UnsafeMutablePointer<Self>, scores: UnsafeMutablePointer<Self>?,
        bias: (_ entry: Int, _ head: Int, _ query: Int, UnsafeMutablePointer<Self>) -> Bool)
}

extension Float: AttentionElement {
    static func attend(
        _ run: NodeRun, _ problem: AttentionProblem, _ q: UnsafePointer<Float>, _ k: UnsafePointer<Float>, _ v: UnsafePointer<Float>,
        _ y: UnsafeMutablePointer<Float>, scores: UnsafeMutablePointer<Float>?,
        bias: (_ entry: Int, _ head: Int, _ query: Int, UnsafeMutablePointer<Float>) -> Bool
    ) { compute(run, problem, q, k, v, y, scores, bias) }
}

extension Double: AttentionElement {
    static func attend(
        _ run: NodeRun, _ problem: AttentionProblem, _ q: UnsafePointer<Double>, _ k: UnsafePointer<Double>, _ v: UnsafePointer<Double>,
        _ y: UnsafeMutablePointer<Double>, scores: UnsafeMutablePointer<Double>?,
        bias: (_ entry: Int, _ head: Int, _ query: Int, UnsafeMutablePointer<Double>) -> Bool
    ) { compute(run, problem, q, k, v, y, scores, bias) }
}

@inline(__always)
private func compute<T: SoftmaxElement>(
    _ run: NodeRun, _ problem: AttentionProblem, _ q: UnsafePointer<T>, _ k: UnsafePointer<T>, _ v: UnsafePointer<T>,
    _ y: UnsafeMutablePointer<T>, _ scores: UnsafeMutablePointer<T>?, _ bias: (Int, Int, Int, UnsafeMutablePointer<T>) -> Bool
) {
    let block = min(AttentionProblem.queriesPerBlock, max(problem.queries, 1))
    let blocks = (problem.queries + block - 1) / block
    let (keys, sharing) = (problem.keys, problem.keyHeads == 0 ? 1 : problem.queryHeads / problem.keyHeads)
    let (scale, softcap) = (T(problem.scale), T(problem.softcap))
    let rounds = problem.roundsScores
    let cost = 2 &* block &* keys &* (problem.headSize &+ problem.valueSize)
    run.parallel(problem.batch * problem.queryHeads * blocks, costPerPiece: cost) { pieces in
        LaneScratch.with(T.self, count: block * keys + keys + 1) { rows in
            let line = rows + block * keys
            for piece in pieces {
                let (index, part) = piece.quotientAndRemainder(dividingBy: blocks)
                let (entry, head) = index.quotientAndRemainder(dividingBy: problem.queryHeads)
                let first = part * block
                let count = min(block, problem.queries - first)
                var product = MatrixMultiply(m: count, n: keys, k: problem.headSize)
                product.aStrides = (problem.q.position, 1)
                product.bStrides = (1, problem.k.position)
                T.multiply(product, q + problem.q.offset(entry, head, first), k + problem.k.offset(entry, head / sharing), rows)
                for row in 0..<count {
                    let values = rows + row * keys
                    let query = first + row
                    let target = scores.map { $0 + (index * problem.queries + query) * keys }
                    for j in 0..<keys { values[j] *= scale }
                    if rounds { BFloat16.round(values, count: keys) }
                    if problem.stage == .product { target?.update(from: values, count: keys) }
                    if softcap != 0 { for j in 0..<keys { values[j] = softcap * T.tanh(values[j] / softcap) } }
                    if rounds, softcap != 0 { BFloat16.round(values, count: keys) }
                    if problem.stage == .capped { target?.update(from: values, count: keys) }
                    let isMasked = bias(entry, head, query, values)
                    if rounds { BFloat16.round(values, count: keys) }
                    if problem.stage == .biased { target?.update(from: values, count: keys) }
                    if isMasked || keys == 0 {
                        values.update(repeating: 0, count: keys)
                    } else if let sinks = problem.sinks {
                        line.update(from: values, count: keys)
                        line[keys] = T(sinks[head])
                        T.softmax(UnsafePointer(line), keys + 1, line, isLogarithmic: false)
                        values.update(from: line, count: keys)
                    } else if problem.roundsToBFloat16 {
                        SteppedSoftmax.run(UnsafePointer(values), values, count: keys, stride: 1, roundsPartialSums: true) { BFloat16.round($0) }
                    } else {
                        T.softmax(UnsafePointer(values), keys, values, isLogarithmic: false)
                    }
                    if rounds { BFloat16.round(values, count: keys) }
                    if problem.stage == .probabilities { target?.update(from: values, count: keys) }
                }
                var mix = MatrixMultiply(m: count, n: problem.valueSize, k: keys)
                mix.bStrides = (problem.v.position, 1)
                mix.cRow = problem.y.position
                T.multiply(
                    mix, UnsafePointer(rows), v + problem.v.offset(entry, head / sharing), y + problem.y.offset(entry, head, first))
            }
        }
    }
}
