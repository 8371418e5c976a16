import Tensors

/// The n-grams that a vectorizer looks for, as a tree of tokens.
struct NGramPool: Sendable {
    private struct Edge: Hashable {
        let node: Int
        let token: Int
    }

    static let root = 0
    /// A token that is in no n-gram.
    private static let unknown = -1

    let hasStrings: Bool
    private var ids: [ByteString: Int] = [:]
    private var numbers: [Int: Int] = [:]
    private var edges: [Edge: Int] = [:]
    private var coordinates: [Int?] = [nil]

    /// - Parameters:
    ///   - lengths: n-grams of other lengths are left out.
    ///   - coordinates: where in the output each n-gram of the pool is counted, in the pool's order.
    init(node: Node, lengths: ClosedRange<Int>, coordinates: [Int]) throws(EngineError) {
        let strings = try node.strings("pool_strings")
        let integers = try node.ints("pool_int64s")
        hasStrings = strings?.isEmpty == false
        guard hasStrings != (integers?.isEmpty == false) else {
            throw node.malformed("exactly one of pool_strings and pool_int64s must be given")
        }
        let total = hasStrings ? strings?.count ?? 0 : integers?.count ?? 0
        let starts = try node.required("ngram_counts", node.ints("ngram_counts"))
        var gram = 0
        for (index, start) in starts.enumerated() {
            let end = index + 1 < starts.count ? starts[index + 1] : total
            let length = index + 1
            guard start >= 0, end >= start, end <= total, (end - start) % length == 0 else {
                throw node.malformed("ngram_counts \(start) to \(end) in a pool of \(total), for n-grams of \(length)")
            }
            for first in stride(from: start, to: end, by: length) {
                guard gram < coordinates.count, coordinates[gram] >= 0, coordinates[gram] < Int(Int32.max) else {
                    throw node.malformed("ngram_indexes has no proper entry for n-gram \(gram)")
                }
                if lengths.contains(length) {
                    var place = Self.root
                    for offset in first..<first + length {
                        let token = if let strings, hasStrings { id(strings[offset]) } else { id(integers?[offset] ?? 0) }
                        place = insert(token, under: place)
                    }
                    self.coordinates[place] = coordinates[gram]
                }
                gram += 1
            }
        }
    }

    private mutating func id(_ text: ByteString) -> Int {
        if let id = ids[text] { return id }
        ids[text] = ids.count
        return ids.count - 1
    }

    private mutating func id(_ number: Int) -> Int {
        if let id = numbers[number] { return id }
        numbers[number] = numbers.count
        return numbers.count - 1
    }

    private mutating func insert(_ token: Int, under node: Int) -> Int {
        let edge = Edge(node: node, token: token)
        if let child = edges[edge] { return child }
        edges[edge] = coordinates.count
        coordinates.append(nil)
        return coordinates.count - 1
    }

    /// The elements of a tensor of the pool's type as tokens.
    func tokens(_ tensor: Tensor) -> [Int] {
        if hasStrings { return tensor.strings.map { ids[$0] ?? Self.unknown } }
        return (tensor.integers ?? []).map { numbers[$0] ?? Self.unknown }
    }

    func child(of node: Int, _ token: Int) -> Int? { edges[Edge(node: node, token: token)] }

    /// Where the n-gram that ends at `node` is counted, if one does.
    func coordinate(of node: Int) -> Int? { coordinates[node] }
}
