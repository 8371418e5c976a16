extension Graph {
    /// Names that this graph reads and does not make, in order of first use: what it captures when it is a subgraph.
    var freeNames: [String] {
        var defined = Set(inputs.map(\.name))
        for name in initializers.keys { defined.insert(name) }
        for node in nodes {
            for output in node.outputs where !output.isEmpty { defined.insert(output) }
        }
        var seen: Set<String> = []
        var result: [String] = []
        func note(_ name: String) {
            if !name.isEmpty, !defined.contains(name), seen.insert(name).inserted { result.append(name) }
        }
        for node in nodes {
            for input in node.inputs { note(input) }
            for name in node.capturedNames { note(name) }
        }
        for output in outputs { note(output.name) }
        return result
    }
}

extension Node {
    /// The graphs among the attributes, by attribute name.
    var subgraphs: [Graph] {
        var result: [Graph] = []
        for (_, attribute) in attributes.sorted(by: { $0.key < $1.key }) {
            switch attribute {
            case .graph(let graph): result.append(graph)
            case .graphs(let graphs): result += graphs
            default: continue
            }
        }
        return result
    }

    /// Names that the subgraphs read from around them.
    var capturedNames: [String] {
        var seen: Set<String> = []
        return subgraphs.flatMap(\.freeNames).filter { seen.insert($0).inserted }
    }
}
