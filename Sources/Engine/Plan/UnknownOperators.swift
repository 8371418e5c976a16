extension Graph {
    /// Operators that no entry of the registry reads, here and in subgraphs, each once: "com.example::Fancy (version 3)".
    func unknownOperators() -> [String] {
        var found: Set<String> = []
        note(&found)
        return found.sorted()
    }

    private func note(_ found: inout Set<String>) {
        for node in nodes {
            if Registry.find(node) == nil {
                let domain = node.domain.isEmpty ? "" : node.domain + "::"
                found.insert("\(domain)\(node.operatorName) (version \(node.version))")
            }
            for graph in node.subgraphs { graph.note(&found) }
        }
    }
}
