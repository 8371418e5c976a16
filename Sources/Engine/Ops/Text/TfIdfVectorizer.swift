import Tensors

/// Counts n-grams of strings or integers, weighted or not.
struct TfIdfVectorizer: Operation {
    private enum Mode: String {
        case counts = "TF"
        case presence = "IDF"
        case weightedCounts = "TFIDF"
    }

    private let mode: Mode
    private let shortest: Int
    private let longest: Int
    private let maximumSkip: Int
    private let pool: NGramPool
    private let weights: [Float]
    private let width: Int

    static let entries = [OperatorEntry("TfIdfVectorizer", make: TfIdfVectorizer.init(node:))]

    init(node: Node) throws(EngineError) {
        let name = try node.required("mode", node.string("mode"))
        guard let mode = Mode(rawValue: name) else { throw node.malformed("mode '\(name)' is not known") }
        self.mode = mode
        shortest = try node.required("min_gram_length", node.int("min_gram_length"))
        longest = try node.required("max_gram_length", node.int("max_gram_length"))
        maximumSkip = try node.required("max_skip_count", node.int("max_skip_count"))
        guard shortest >= 1, longest >= shortest, maximumSkip >= 0 else {
            throw node.malformed("n-grams of \(shortest) to \(longest) with \(maximumSkip) skips")
        }
        let coordinates = try node.required("ngram_indexes", node.ints("ngram_indexes"))
        pool = try NGramPool(node: node, lengths: shortest...longest, coordinates: coordinates)
        weights = try node.floats("weights") ?? []
        width = (coordinates.max() ?? -1) + 1
        guard weights.isEmpty || weights.count == coordinates.count && weights.count >= width else {
            throw node.malformed("\(weights.count) weights for \(coordinates.count) n-grams")
        }
    }

    func infer(_ inputs: [Fact?]) throws(EngineError) -> [Fact] {
        let data = try inputs.tensorFact(0)
        let fits = pool.hasStrings ? data.dataType == .string : IndexReader.isIndexType(data.dataType)
        guard fits else { throw EngineError(.malformedModel, "the input is \(data.type), unlike the pool of n-grams") }
        guard let dims = data.dims else { return [Fact(.float32, nil)] }
        guard dims.count <= 2 else { throw EngineError(.invalidInput, "rank \(dims.count), expected 1 or 2") }
        return [Fact(.float32, dims.count == 2 ? [dims[0], .known(width)] : [.known(width)])]
    }

    func run(_ run: NodeRun) throws(EngineError) {
        let source = run.tensor(0)
        let target = try run.target(0, of: self)
        let length = source.shape.rank == 0 ? 1 : source.shape[source.shape.rank - 1]
        let rows = source.shape.rank == 2 ? source.shape[0] : 1
        let tokens = pool.tokens(source)
        let output = target.mutablePointer(as: Float.self)
        output.update(repeating: 0, count: target.count)
        run.parallel(rows, costPerPiece: length * longest * (maximumSkip + 1) * 64) { range in
            for row in range { count(tokens[row * length..<(row + 1) * length], into: output + row * width) }
        }
    }

    private func count(_ tokens: ArraySlice<Int>, into counts: UnsafeMutablePointer<Float>) {
        // Single tokens have no gaps, so that they count only once, with the smallest gap.
        var first = shortest
        var gap = 1
        while gap <= maximumSkip + 1, gap <= max(1, tokens.count) {
            for start in tokens.indices {
                var place = start
                var node = NGramPool.root
                var size = 1
                while size <= longest, place < tokens.endIndex {
                    guard let child = pool.child(of: node, tokens[place]) else { break }
                    node = child
                    if size >= first, let coordinate = pool.coordinate(of: node) { counts[coordinate] += 1 }
                    size += 1
                    place += gap
                }
            }
            if first == 1 { first = 2 }
            if first > longest { break }
            gap += 1
        }
        for index in 0..<width where counts[index] != 0 && mode != .counts {
            let weight = weights.isEmpty ? 1 : weights[index]
            counts[index] = mode == .presence ? weight : counts[index] * weight
        }
    }

    func rows(_ inputs: [RowAxis], facts: [Fact?]) -> [RowAxis] {
        guard case .axis(let axis) = RowAxis.of(inputs, 0) else { return [RowAxis.of(inputs, 0)] }
        return [facts.first??.rank == 2 && axis == 0 ? .axis(0) : .mixed("it counts across the batch axis")]
    }
}
