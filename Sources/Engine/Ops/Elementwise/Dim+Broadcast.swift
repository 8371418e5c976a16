internal import Tensors

extension Dim {
    /// The extent of two that are broadcast against each other, or nil when they cannot be.
    static func broadcast(_ a: Dim, _ b: Dim) -> Dim? {
        if a == b { return a == .unknown ? .unknown : a }
        switch (a, b) {
        case (.known(1), let other), (let other, .known(1)): return other
        case (.known, .known): return nil
        // The other is either the same or 1.
        case (.known, _): return a
        case (_, .known): return b
        default: return .unknown
        }
    }

    /// The dims of `operands` broadcast against each other, right-aligned; nil when a rank is unknown.
    static func broadcast(_ operands: [[Dim]?], node: Node) throws(EngineError) -> [Dim]? {
        var result: [Dim] = []
        for operand in operands {
            guard let operand else { return nil }
            result = try broadcast(result, operand, node: node)
        }
        let extents = result.compactMap(\.value)
        if extents.count == result.count, Shape(checking: extents) == nil {
            throw EngineError(.resourceExhausted, "its output of extents \(extents) is too large", place: node.place)
        }
        return result
    }

    private static func broadcast(_ a: [Dim], _ b: [Dim], node: Node) throws(EngineError) -> [Dim] {
        let rank = max(a.count, b.count)
        var result: [Dim] = []
        result.reserveCapacity(rank)
        for axis in 0..<rank {
            let inA = axis - (rank - a.count)
            let inB = axis - (rank - b.count)
            guard let dim = broadcast(inA < 0 ? 1 : a[inA], inB < 0 ? 1 : b[inB]) else {
                throw node.malformed("shapes \(list(a)) and \(list(b)) do not broadcast")
            }
            result.append(dim)
        }
        return result
    }

    static func list(_ dims: [Dim]) -> String { "[" + dims.map(\.description).joined(separator: ",") + "]" }
}
