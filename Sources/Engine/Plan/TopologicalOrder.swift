/// Puts a graph's nodes in an order in which each one's inputs are made before it.
enum TopologicalOrder {
    /// The nodes in order; the file's own order where that will do.
    ///
    /// - Parameters:
    ///   - known: names that are there from the start.
    ///   - outer: whether a name can be had from around the graph.
    static func sorted(_ graph: Graph, known: Set<String>, outer: (String) -> Bool) throws(EngineError) -> [Node] {
        var producers: [String: Int] = [:]
        for (index, node) in graph.nodes.enumerated() {
            for output in node.outputs where !output.isEmpty {
                guard !known.contains(output), producers.updateValue(index, forKey: output) == nil else {
                    throw node.malformed("value '\(output)' is made twice")
                }
            }
        }
        var waiting = [Int](repeating: 0, count: graph.nodes.count)
        var readers = [[Int]](repeating: [], count: graph.nodes.count)
        var isOrdered = true
        for (index, node) in graph.nodes.enumerated() {
            var sources: Set<Int> = []
            for name in node.inputs + node.capturedNames where !name.isEmpty && !known.contains(name) {
                if let source = producers[name] {
                    sources.insert(source)
                } else if !outer(name) {
                    throw node.malformed("it reads '\(name)', which nothing makes")
                }
            }
            for source in sources {
                readers[source].append(index)
                if source >= index { isOrdered = false }
            }
            waiting[index] = sources.count
        }
        if isOrdered { return graph.nodes }
        var ready = waiting.indices.filter { waiting[$0] == 0 }
        var order: [Node] = []
        order.reserveCapacity(graph.nodes.count)
        var next = 0
        while next < ready.count {
            let index = ready[next]
            next += 1
            order.append(graph.nodes[index])
            for reader in readers[index] {
                waiting[reader] -= 1
                if waiting[reader] == 0 { ready.append(reader) }
            }
        }
        if order.count < graph.nodes.count, let stuck = waiting.firstIndex(where: { $0 > 0 }) {
            throw graph.nodes[stuck].malformed("it is part of a cycle: it depends on its own outputs")
        }
        return order
    }
}
