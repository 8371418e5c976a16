/// Where each node of each tree stands in a node's lists.
///
/// Nearly always the nodes of a tree stand together and are numbered from 0 as they come; then their place is a sum.
struct ForestPlaces {
    private struct Name: Hashable {
        let tree: Int
        let id: Int
    }

    private var ranges: [Int: Range<Int>] = [:]
    private var places: [Name: Int] = [:]
    private let isInOrder: Bool

    /// - Throws: `malformedModel` when a node is there twice.
    init(_ node: Node, trees: [Int], ids: [Int]) throws(EngineError) {
        var isInOrder = true
        var start = 0
        while start < ids.count, isInOrder {
            var end = start
            while end < ids.count, trees[end] == trees[start] {
                if ids[end] != end - start { isInOrder = false }
                end += 1
            }
            if ranges.updateValue(start..<end, forKey: trees[start]) != nil { isInOrder = false }
            start = end
        }
        self.isInOrder = isInOrder
        if isInOrder { return }
        places.reserveCapacity(ids.count)
        for index in ids.indices {
            let name = Name(tree: trees[index], id: ids[index])
            guard places.updateValue(index, forKey: name) == nil else {
                throw node.malformed("node \(name.id) of tree \(name.tree) is there twice")
            }
        }
    }

    subscript(tree: Int, id: Int) -> Int? {
        guard isInOrder else { return places[Name(tree: tree, id: id)] }
        guard let range = ranges[tree], id >= 0, id < range.count else { return nil }
        return range.lowerBound + id
    }
}
